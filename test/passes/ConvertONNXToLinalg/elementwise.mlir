// RUN: quern-opt %s --quern-convert-onnx-to-linalg --split-input-file | FileCheck %s

// A broadcast dimension is left out of the operand's map.
// CHECK-DAG: #[[CHANNEL:.*]] = affine_map<(d0, d1, d2) -> (d1)>
// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<2x3x4xf32>, %s: tensor<3x1xf32>) -> tensor<2x3x4xf32> {
  // CHECK: tensor.collapse_shape {{.*}} : tensor<3x1xf32> into tensor<3xf32>
  // CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[CHANNEL]], #{{.*}}]
  // CHECK: arith.mulf
  %0 = onnx.Mul(%x, %s) : (tensor<2x3x4xf32>, tensor<3x1xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// -----

// NaN passes through.
// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: arith.maximumf
  %0 = onnx.Relu(%x) {onnx.value_names = ["relu"]} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: } -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Half precision is computed in single precision and rounded once.
// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<4xf16>) -> tensor<4xf16> {
  // CHECK: arith.extf
  // CHECK: math.exp {{.*}} : f32
  // CHECK: arith.truncf
  %0 = onnx.Exp(%x) : (tensor<4xf16>) -> tensor<4xf16>
  return %0 : tensor<4xf16>
}

// -----

// The divisions that stop a processor are not reached.
// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<4xi32>, %y: tensor<4xi32>) -> tensor<4xi32> {
  // CHECK: arith.cmpi eq
  // CHECK: arith.select
  // CHECK: arith.divsi
  %0 = onnx.Div(%x, %y) : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}
