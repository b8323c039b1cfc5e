// What a quantizer decides: formats, granularity, scheme, ranges, and for an op the precision of its operands.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef QUERN_ATTRIBUTES
#define QUERN_ATTRIBUTES

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "dialects/Quern/IR/QuernDialect.td"

class Quern_Attr<string name, string attrMnemonic> : AttrDef<Quern_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def Quern_RangeAttr : Quern_Attr<"Range", "range"> {
  let summary = "The real values a tensor takes";
  let description = [{
    The closed interval `[min, max]`, in f64, of a tensor's values, and where it is
    known from. Constraints: (C1) both bounds are finite; (C2) min <= max.

    Example:
    ```mlir
    #quern.range<-1.5, 2.0, "min-max over 64 samples">
    ```
  }];
  let parameters = (ins APFloatParameter<"the smallest value">:$lowest, APFloatParameter<"the largest value">:$highest,
                        OptionalParameter<"::mlir::StringAttr">:$provenance);
  let assemblyFormat = "`<` custom<Double>($lowest) `,` custom<Double>($highest) (`,` $provenance^)? `>`";
  let builders = [AttrBuilder<(ins "double":$min, "double":$max, CArg<"::mlir::StringAttr", "{}">:$provenance),
    "return $_get($_ctxt, llvm::APFloat(min), llvm::APFloat(max), provenance);">];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    double getMin() const { return getLowest().convertToDouble(); }
    double getMax() const { return getHighest().convertToDouble(); }
  }];
}

def Quern_ChannelRangesAttr : Quern_Attr<"ChannelRanges", "channel_ranges"> {
  let summary = "The real values that each channel of a tensor takes";
  let description = [{
    The extremes of each index along an axis. Constraints: (C1) there are as many
    minima as maxima; (C2) all are finite, and min <= max.

    Example:
    ```mlir
    #quern.channel_ranges<1, min = [-1.0, 0.0], max = [1.0, 6.0]>
    ```
  }];
  let parameters = (ins "int64_t":$axis, "::mlir::DenseF32ArrayAttr":$minima, "::mlir::DenseF32ArrayAttr":$maxima);
  let assemblyFormat = "`<` $axis `,` `min` `=` custom<Floats>($minima) `,` `max` `=` custom<Floats>($maxima) `>`";
  let genVerifyDecl = 1;
}

def Quern_FormatAttr : Quern_Attr<"Format", "format"> {
  let summary = "An integer storage format";
  let description = [{
    `u8` is an unsigned integer of 8 bits, `s8` a signed one. Constraint: (C1)
    the width is 2 to 32 bits.

    Example:
    ```mlir
    #quern.format<u8>
    ```
  }];
  let parameters = (ins "unsigned":$bits, "bool":$isSigned);
  let assemblyFormat = "`<` custom<Format>($bits, $isSigned) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The smallest and the largest code.
    int64_t getMinimum() const { return getIsSigned() ? -(int64_t(1) << (getBits() - 1)) : 0; }
    int64_t getMaximum() const { return (int64_t(1) << (getBits() - getIsSigned())) - 1; }
  }];
}

def Quern_Granularity : I32EnumAttr<"GranularityKind", "Which elements share one scale", [
    I32EnumAttrCase<"Tensor", 0, "tensor">,
    I32EnumAttrCase<"Channel", 1, "channel">,
    I32EnumAttrCase<"Group", 2, "group">,
    I32EnumAttrCase<"Row", 3, "row">]> {
  let cppNamespace = "::quern";
  let genSpecializedAttr = 0;
}

def Quern_GranularityAttr : Quern_Attr<"Granularity", "granularity"> {
  let summary = "Which elements share one scale";
  let description = [{
    `tensor`: all of them; `channel`: those of one channel; `group = N`: N
    consecutive elements along the reduced dimension of one channel; `row`, for
    activations: those along the last dimension, whose scale is found when the
    model runs (`quern.dynamic_quantize`).
    Constraint: (C1) a group has at least one element, the others have no size.

    Example:
    ```mlir
    #quern.granularity<group = 32>
    ```
  }];
  let parameters = (ins "::quern::GranularityKind":$kind, DefaultValuedParameter<"int64_t", "0">:$groupSize);
  let assemblyFormat = "`<` custom<Granularity>($kind, $groupSize) `>`";
  let genVerifyDecl = 1;
}

def Quern_Scheme : I32EnumAttr<"Scheme", "Where the code of zero lies", [
    I32EnumAttrCase<"Symmetric", 0, "symmetric">,
    I32EnumAttrCase<"Asymmetric", 1, "asymmetric">]> {
  let cppNamespace = "::quern";
  let genSpecializedAttr = 0;
}

def Quern_SchemeAttr : EnumAttr<Quern_Dialect, Quern_Scheme, "scheme"> {
  let summary = "Where the code of zero lies";
  let description = [{
    `symmetric`: the zero point is fixed at the middle of the codes;
    `asymmetric`: it follows the range.

    Example:
    ```mlir
    #quern.scheme<symmetric>
    ```
  }];
  let assemblyFormat = "`<` $value `>`";
}

def Quern_QuantizerAttr : Quern_Attr<"Quantizer", "quantizer"> {
  let summary = "How one tensor is quantized";
  let description = [{
    A format, a granularity and a scheme.

    Example:
    ```mlir
    #quern.quantizer<s8, channel, symmetric>
    ```
  }];
  let parameters = (ins "::quern::FormatAttr":$format, "::quern::GranularityAttr":$granularity,
                        "::quern::Scheme":$scheme);
  let assemblyFormat = "`<` custom<BareFormat>($format) `,` custom<BareGranularity>($granularity) `,` $scheme `>`";
}

def Quern_PrecisionAttr : Quern_Attr<"Precision", "precision"> {
  let summary = "The precision of an op, and who decided it";
  let description = [{
    How an op's weights and its activations are quantized; either may be absent
    and is then float.

    Example:
    ```mlir
    #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>,
                     provenance = "uniform W8A8">
    ```
  }];
  let parameters = (ins OptionalParameter<"::quern::QuantizerAttr">:$weights,
                        OptionalParameter<"::quern::QuantizerAttr">:$activations,
                        OptionalParameter<"::mlir::StringAttr">:$provenance);
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    /// Each row of the activations has a scale of its own, found when the model runs.
    bool hasDynamicRows() const;
  }];
}

#endif // QUERN_ATTRIBUTES
