// RUN: not quern-opt %s --quern-stage-calibrate=statistics=nowhere.json 2>&1 | FileCheck %s
// A file that is not there is named.
// CHECK: nowhere.json
func.func @main(%x: tensor<1x4xf32> {onnx.name = "x"}) -> tensor<1x4xf32> {
  return %x : tensor<1x4xf32>
}
