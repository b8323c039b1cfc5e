// RUN: not quern-opt %s --quern-assign-precision="scheme=W8A8 activations=s8" 2>&1 | FileCheck %s --check-prefix=SIGNED
// RUN: not quern-opt %s --quern-assign-precision="scheme=W8A8 per-tensor-weights" 2>&1 | FileCheck %s --check-prefix=TENSOR

// Who marks a product, and asks for codes that rows do not have, hears of it.
// SIGNED: error: {{.*}}cannot have quern.row_scales: dynamic activations have u8 codes
// TENSOR: error: {{.*}}cannot have quern.row_scales: dynamic activations go with one weight scale per channel
func.func @main(%x: tensor<4x4xf32> {quern.range = #quern.range<-1.0, 1.0>}) -> tensor<4x4xf32> {
  %w = onnx.Constant() {value = dense<0.5> : tensor<4x4xf32>} : () -> tensor<4x4xf32>
  %0 = onnx.MatMul(%x, %w) {quern.row_scales} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}
