// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def Integerize : Pass<"quern-integerize", "mlir::func::FuncOp"> {
  let summary = "Turn quantized ops of the hub form into integer arithmetic";
  let description = [{
    With codes `a`, `w` of scales `sa`, `sw` and zero points `za`, `zw`:

    ```
    sum_k real(a_k) * real(w_k) + real(bias) = sa * sw * acc,   acc = sum_k (a_k - za) * (w_k - zw) + bias
    quantize(clamp(sa * sw * acc)) = clamp(rhe(f32(acc) * m) + z),   m = f32(f32(sa * sw) / so)
    ```

    The i32 accumulator is right for every input if, for every output channel,
    `|bias| + max|a - za| * sum_k |w_k - zw| <= 2^31 - 1`. The weights are known, so the bound is computed, stated in
    `quern.accumulator_bound`, and an op that breaks it stays float.

    With weight scales per group, each group has its own accumulator and its own bound, and the bias is added in f32.
    Where rows of the activation have scales of their own, acc = sum_k a_k * (w_k - zw), and za comes in afterwards with
    the sum of the column's weights, which is known: `acc - za * sum_k (w_k - zw)`. The same bound holds for both.
    Weights of fewer than 8 bits become i8 less their zero points, so that narrow codes compute as 8-bit ones do.

    | hub form | integer form |
    |----------|--------------|
    | Conv, Gemm, MatMul of dequantized codes | `onnx.ConvInteger`, `onnx.MatMulInteger`, `onnx.Add` of an i32 bias |
    | its quantization, behind Relu or Clip | `quern.requantize` with the clamp in its bounds |
    | its use as reals | `quern.dequantize_accumulator` |
    | Gemm, MatMul with weight scales per group g | `quern.grouped_matmul`: f32 sum of `f32(acc_g) * f32(sa * sw_g)` |
    | Gemm, MatMul of `quern.dequantize_rows` | `onnx.MatMulInteger` of the codes, `quern.dequantize_row_accumulator` with the bias |
    | Add, Sub, Mul; AveragePool, GlobalAveragePool, ReduceMean; Softmax | `quern.qlinear_*` |
    | any function of one tensor of codes: Sigmoid, HardSwish, x * sigmoid(x), a change of scale | `quern.lut` |
    | movement of elements (Reshape, MaxPool, Concat, Pad...) | itself, on codes |

    Relu and Clip commute with quantization because it is monotone: `q(clip(x)) = clip(q(x))`. Movement commutes with it, too,
    so that a quantization moves up through movement to what computes, and a dequantization down to what reads.

    What none of this fits keeps its float arithmetic between dequantize and quantize, and carries the reason in
    `quern.float_reason` and what would help in `quern.float_remedy`; `--quern-report-float-residue` reports them.

    ```mlir
    %x = quern.dequantize %a : tensor<1x4x!quant.uniform<u8:f32, 0.5:3>> -> tensor<1x4xf32>
    %y = onnx.Sigmoid(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %q = quern.quantize %y : tensor<1x4xf32> -> tensor<1x4x!quant.uniform<u8:f32, 0.00390625>>
    ```
    becomes
    ```mlir
    %c = quern.storage_cast %a : tensor<1x4x!quant.uniform<u8:f32, 0.5:3>> -> tensor<1x4xui8>
    %t = quern.lut %c {table = dense<...> : tensor<256xui8>} : tensor<1x4xui8> -> tensor<1x4xui8>
    %q = quern.storage_cast %t : tensor<1x4xui8> -> tensor<1x4x!quant.uniform<u8:f32, 0.00390625>>
    ```
  }];
  let dependentDialects = ["quern::QuernDialect", "quern::onnx::ONNXDialect", "mlir::quant::QuantDialect"];
}
