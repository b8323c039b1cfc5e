// RUN: quern-opt %s --quern-report-float-residue=fail-on-float | FileCheck %s

// A graph that was never quantized has no residue.
// CHECK-NOT: quern.float_residue
// CHECK: onnx.Relu
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = onnx.Relu(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
