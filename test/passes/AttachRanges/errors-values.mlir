// RUN: not quern-opt %s --split-input-file --quern-attach-ranges="statistics=%S/Inputs/non-finite.json" 2>&1 | FileCheck %s

// CHECK: value 'x' was NaN or infinite 3 times during calibration{{.*}}(C2)
func.func @main(%x: tensor<1x4xf32> {onnx.name = "x"}) -> tensor<1x4xf32> {
  return %x : tensor<1x4xf32>
}

// -----

// CHECK: the statistics know none of the model's values (C3)
func.func @main(%x: tensor<1x4xf32> {onnx.name = "other"}) -> tensor<1x4xf32> {
  return %x : tensor<1x4xf32>
}
