// RUN: quern-opt %s --quern-bind-dimensions="dimensions=batch=2,past=8" | FileCheck %s

// A dimension that has a size keeps it; other names stay.
// CHECK-LABEL: func.func @main
// CHECK-SAME: %{{.*}}: tensor<2x3x?xf32> {onnx.dims = ["", "", "free"], onnx.name = "x"}
// CHECK-SAME: %{{.*}}: tensor<2x8xf32> {onnx.dims = ["", ""]}
// CHECK-SAME: %{{.*}}: tensor<?xf32>)
func.func @main(%x: tensor<?x3x?xf32> {onnx.dims = ["batch", "", "free"], onnx.name = "x"},
                %y: tensor<?x?xf32> {onnx.dims = ["batch", "past"]}, %z: tensor<?xf32>) -> tensor<?x3x?xf32> {
  %0 = onnx.Relu(%x) : (tensor<?x3x?xf32>) -> tensor<?x3x?xf32>
  return %0 : tensor<?x3x?xf32>
}
