// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def RoundWeights : Pass<"quern-round-weights", "mlir::func::FuncOp"> {
  let summary = "Choose codes of weights by the error of the product";
  let description = [{
    For each product x * w, or convolution as a product of its windows, whose weights are to be codes and whose
    `quern.second_moment` H = sum x x^T is known (from calibration), the codes of each column n of w are those with the smallest

        d_n^T H d_n,   d_n = w_n - dequantize(codes)

    among round to nearest and, as the options ask: `clip`, ranges of groups that are narrowed where that lowers
    sum_k H_kk d_k^2 (a grid over both ends); `clamp`, weights clamped alike at both ends before their group's range is taken,
    where that lowers d^T H d of the group (AWQ's clip search; not for projections of queries and of keys, whose errors Softmax
    weighs anew); `compensate`, rounding row by row, from the largest H_kk down, each row's
    error moved into the rows that follow (GPTQ with activation order), then codes and scales improved one at a time
    (lib/Numerics/CodeRefinement.h); and both together. So no column is worse than
    round to nearest by this measure. lib/Numerics/ErrorCompensation.h has the formulas. Convolutions
    without a moment are clipped with H = 1. A column whose i32 bias would not fit beside the products at the chosen
    scale is rounded to nearest at one where it does. Other ops, and biases, are left to quern-quantize-weights. The attribute is removed.

    `correct-bias` adds (w - dequantize(codes))^T m to a constant bias, for the mean m of the activations (`quern.activation_mean`): the
    mean of the result stays what it was (bias correction, Nagel et al. 2019). H is then taken around the mean, since the bias makes
    good for the rest.

    ```mlir
    // before
    %y = onnx.MatMul(%x, %w) {quern.precision = ..., quern.second_moment = dense_resource<...> : tensor<64x64xf64>} : ...
    // after
    %0 = onnx.Constant() {value = dense<...> : tensor<64x16xi4>} : () -> tensor<64x16xi4>
    %1 = quant.scast %0 : tensor<64x16xi4> to tensor<64x16x!quant.uniform<i4<-7:7>:f32:{0:32, 1:1}, ...>>
    %2 = quern.dequantize %1 : ...
    %y = onnx.MatMul(%x, %2) {quern.precision = ...} : ...
    ```
  }];
  let options = [
    Option<"clip", "clip", "bool", /*default=*/"false", "Narrow the ranges of groups">,
    Option<"correctBias", "correct-bias", "bool", /*default=*/"false", "Take the mean of what is lost into the bias">,
    Option<"clamp", "clamp", "bool", /*default=*/"false", "Clamp the largest weights of groups">,
    Option<"compensate", "compensate", "bool", /*default=*/"true", "Move rounding errors into rows that follow">,
  ];
  let dependentDialects = ["::quern::QuernDialect", "::quern::onnx::ONNXDialect", "::mlir::quant::QuantDialect"];
}
