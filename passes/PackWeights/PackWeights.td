// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def PackWeights : Pass<"quern-pack-weights", "mlir::func::FuncOp"> {
  let summary = "Keep the weights of float products as packed codes";
  let description = [{
    A product of reals x with the dequantized codes of a constant matrix computes on the codes themselves, so that the
    artefact holds them packed (2, 4 or 8 bits each) and nothing is dequantized ahead of time:

        x * dequantize(q)  ->  weight_only_matmul(x, pack(q - lowest), scales, zero points - lowest)

    Codes are moved to start at 0 and zero points with them, which leaves each difference q - z as it is. A Gemm's C is
    added afterwards. Groups whose size is odd (not a multiple of the codes in a byte) are stored one code to a byte.
    Products of other forms (weights of another rank, transposed operands) stay as they are.

    ```mlir
    // before
    %1 = quern.dequantize %codes : tensor<64x16x!quant.uniform<i4:f32:{0:32, 1:1}, ...>> -> tensor<64x16xf32>
    %y = onnx.MatMul(%x, %1) : (tensor<1x64xf32>, tensor<64x16xf32>) -> tensor<1x16xf32>
    // after
    %y = quern.weight_only_matmul %x, %q, %s {bits = 4 : i64, group_size = 32 : i64, zero_point = 8 : i64}
        : tensor<1x64xf32>, tensor<32x16xui8>, tensor<2x16xf32> -> tensor<1x16xf32>
    ```
  }];
  let dependentDialects = ["::quern::QuernDialect", "::quern::onnx::ONNXDialect"];
}
