// The ops of the `quern` dialect. QuernQLinearOps.td has those that compute on codes of several scales.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef QUERN_OPS
#define QUERN_OPS

include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/Quern/IR/QuernAttributes.td"
include "dialects/Quern/IR/QuernDialect.td"
include "dialects/Quern/IR/QuernInterfaces.td"

class Quern_Op<string mnemonic, list<Trait> traits = []> : Op<Quern_Dialect, mnemonic, traits> {
  let hasVerifier = 1;
}

def Quern_F32Tensor : TensorOf<[F32]>;
def Quern_I32Tensor : TensorOf<[I32]>;
def Quern_CodeTensor : TensorOf<[UI8, I8]>;
def Quern_UniformType : Type<CPred<"::llvm::isa<::mlir::quant::UniformQuantizedType, "
    "::mlir::quant::UniformQuantizedPerAxisType, ::mlir::quant::UniformQuantizedSubChannelType>($_self)">,
    "uniform quantized type">;
def Quern_QuantizedTensor : TensorOf<[Quern_UniformType]>;
def Quern_StorageTensor : TensorOf<[AnyInteger]>;

// An integer in the range of codes; its accessor is signed, unlike I64Attr's.
def Quern_CodeAttr : TypedSignlessIntegerAttrBase<I64, "int64_t", "64-bit signed integer">;

//===-- Casts ------------------------------------------------------------------------------------------------===//

def Quern_QuantizeOp : Quern_Op<"quantize", [Pure]> {
  let summary = "Rounds real values to codes";
  let description = [{
    The codes nearest to real values:

    ```
    q = clamp(rhe(x / s) + z, storage_min, storage_max)
    ```

    with the scale `s`, as f32, and the zero point `z` of the result's type: of
    the tensor, of the element's channel, or of its block. Codes saturate; a NaN
    gives `storage_min`. Constraints: (C1) operand and result have one shape;
    (C2) the expressed type is the operand's element type; (C3) there is one
    scale per channel, and blocks divide their dimension.

    Example:
    ```mlir
    %q = quern.quantize %x : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 0.5:128>>
    ```
  }];
  let arguments = (ins Quern_F32Tensor:$input);
  let results = (outs Quern_QuantizedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
}

def Quern_DequantizeOp : Quern_Op<"dequantize", [Pure]> {
  let summary = "The real values of codes";
  let description = [{
    The real values that codes stand for:

    ```
    y = f32(q - z) * s
    ```

    with `s` and `z` as in `quern.quantize`; one rounding. Constraints: (C1)
    operand and result have one shape; (C2) the expressed type is the result's
    element type; (C3) there is one scale per channel, and blocks divide their
    dimension.

    Example:
    ```mlir
    %y = quern.dequantize %q : tensor<2x4x!quant.uniform<i8:f32:0, {0.5, 0.25}>> -> tensor<2x4xf32>
    ```
  }];
  let arguments = (ins Quern_QuantizedTensor:$input);
  let results = (outs Quern_F32Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Quern_StorageCastOp : Quern_Op<"storage_cast", [Pure]> {
  let summary = "Between a quantized type and its storage";
  let description = [{
    The same bits, seen as codes of a quantized type or as plain integers.
    Upstream's `quant.scast` does this for signless storage and refuses ui8;
    this op serves the unsigned types. Constraints: (C1) operand and result have
    one shape; (C2) one of them is quantized, and the other's element type is
    its storage type, unsigned where that is unsigned.

    Example:
    ```mlir
    %u = quern.storage_cast %q : tensor<4x!quant.uniform<u8:f32, 0.5:128>> -> tensor<4xui8>
    ```
  }];
  let arguments = (ins AnyTypeOf<[Quern_QuantizedTensor, Quern_StorageTensor]>:$input);
  let results = (outs AnyTypeOf<[Quern_QuantizedTensor, Quern_StorageTensor]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
}

//===-- Before quantization ------------------------------------------------------------------------------------===//

def Quern_EdgeTransformOp : Quern_Op<"edge_transform", [Pure, SameOperandsAndResultType]> {
  let summary = "A per-channel scale and shift of an edge";
  let description = [{
    Makes the channels of an edge alike before it is quantized:

    ```
    y = (x - z[c]) / s[c],   c the index along `axis`
    ```

    Two roundings. Methods choose `s` and `z` and have the weights of the
    consumers take in the inverse; quern-fold-edge-transforms moves the op into
    the producer. Each of the two steps keeps the function of the graph.
    `provenance` names the methods. Constraints: (C1) the axis lies within the rank; (C2) `scale` and `shift`
    have one value per channel; (C3) scales are finite and positive, shifts
    finite.

    Example:
    ```mlir
    %y = quern.edge_transform %x {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 1.0>}
        : tensor<8x2xf32>
    ```
  }];
  let arguments = (ins Quern_F32Tensor:$input, Quern_CodeAttr:$axis, DenseF32ArrayAttr:$scale, DenseF32ArrayAttr:$shift,
                       OptionalAttr<StrArrayAttr>:$provenance);
  let results = (outs Quern_F32Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}

def Quern_ObserveOp : Quern_Op<"observe", [MemoryEffects<[MemWrite]>, SameOperandsAndResultType]> {
  let summary = "Shows a value to calibration";
  let description = [{
    `y = x`; calibration collects statistics of the value under `name`. The op
    counts as a write, so that no pass removes or merges it. Constraint: (C1)
    the name is not empty.

    Example:
    ```mlir
    %y = quern.observe %x, "relu_4" : tensor<1x8xf32>
    ```
  }];
  let arguments = (ins AnyTensor:$input, StrAttr:$name);
  let results = (outs AnyTensor:$result);
  let assemblyFormat = "$input `,` $name attr-dict `:` type($result)";
}

def Quern_SimulateQuantizeOp : Quern_Op<"simulate_quantize", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "Quantizes and dequantizes at a scale that is known at run time";
  let description = [{
    What `quern.quantize` followed by `quern.dequantize` makes of a value, with
    the quantizer an operand: a search tries many of them on one compiled model.
    With `quantizer = [s, z, min, max]`:

    ```
    y = f32(clamp(rhe(x / s) + z, min, max) - z) * s,   y = x where s is 0
    ```

    With `channels = (scale, shift)`, one value for each index c along `axis`,
    the edge is transformed as by `quern.edge_transform`, and back:
    x' = (x - shift[c]) / scale[c] takes the place of x, and
    y' * scale[c] + shift[c] that of y. Constraints: (C1) the quantizer has four
    elements; (C2) channels are absent, or two vectors with one value per index
    along an axis that lies within the rank.

    Example:
    ```mlir
    %y = quern.simulate_quantize %x by %q : tensor<8x2xf32>, tensor<4xf32>
    ```
  }];
  let arguments = (ins Quern_F32Tensor:$input, Quern_F32Tensor:$quantizer, Variadic<Quern_F32Tensor>:$channels,
                       OptionalAttr<Quern_CodeAttr>:$axis);
  let results = (outs Quern_F32Tensor:$result);
  let assemblyFormat = [{
    $input `by` $quantizer (`channels` `(` $channels^ `:` type($channels) `)`)? attr-dict
    `:` type($input) `,` type($quantizer)
  }];
  let extraClassDeclaration = [{
    bool transformsChannels() { return !getChannels().empty(); }
  }];
}

//===-- After integerization ------------------------------------------------------------------------------------===//

def Quern_RequantizeOp : Quern_Op<"requantize", [Pure, SameOperandsAndResultShape, Quern_QuantizedResultInterface]> {
  let summary = "Rescales accumulators to 8-bit codes";
  let description = [{
    ```
    q = clamp(rhe(f32(acc) * m) + zero_point, min, max)
    ```

    with one multiplier `m` for the tensor, or one per index along `axis`. Both
    the conversion of `acc` and the product round once; sums that are f32
    already (`quern.grouped_matmul`) need no conversion. `min` and `max` absorb
    a Relu or Clip. Constraints: (C1) one multiplier without an axis, or one per
    index along the axis; (C2) multipliers are finite and positive.

    Example:
    ```mlir
    %q = quern.requantize %acc {axis = 1 : i64, multipliers = array<f32: 0.5, 0.25>, zero_point = 3 : i64,
                                min = 3 : i64, max = 255 : i64} : tensor<1x2xi32> -> tensor<1x2xui8>
    ```
  }];
  let arguments = (ins TensorOf<[I32, F32]>:$input, DenseF32ArrayAttr:$multipliers, OptionalAttr<Quern_CodeAttr>:$axis,
                       Quern_CodeAttr:$zero_point, Quern_CodeAttr:$min, Quern_CodeAttr:$max);
  let results = (outs Quern_CodeTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Quern_DequantizeAccumulatorOp : Quern_Op<"dequantize_accumulator", [Pure, SameOperandsAndResultShape]> {
  let summary = "The real values of accumulators";
  let description = [{
    ```
    y = f32(acc) * s
    ```

    with one scale `s` for the tensor, or one per index along `axis`. Both the
    conversion of `acc` and the product round once. Constraints: (C1) one scale
    without an axis, or one per index along the axis; (C2) scales are finite and
    positive.

    Example:
    ```mlir
    %y = quern.dequantize_accumulator %acc {scales = array<f32: 0.5>} : tensor<1x2xi32> -> tensor<1x2xf32>
    ```
  }];
  let arguments = (ins Quern_I32Tensor:$input, DenseF32ArrayAttr:$scales, OptionalAttr<Quern_CodeAttr>:$axis);
  let results = (outs Quern_F32Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Quern_LutOp : Quern_Op<"lut", [Pure, SameOperandsAndResultShape]> {
  let summary = "Any function of 8-bit codes, by table";
  let description = [{
    ```
    y = table[q - q_min]
    ```

    with `q_min` 0 for ui8 and -128 for i8. Constraint: (C1) the table has 256
    entries of the result's element type.

    Example:
    ```mlir
    %y = quern.lut %q {table = dense<7> : tensor<256xui8>} : tensor<4xi8> -> tensor<4xui8>
    ```
  }];
  let arguments = (ins Quern_CodeTensor:$input, ElementsAttr:$table);
  let results = (outs TensorOf<[UI8, I8, F32]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

include "dialects/Quern/IR/QuernQLinearOps.td"
include "dialects/Quern/IR/QuernRowOps.td"
include "dialects/Quern/IR/QuernWeightOps.td"

#endif // QUERN_OPS
