// Padding is explicit, and the contraction starts at the bias.
// RUN: quern-opt %s --quern-convert-onnx-to-linalg --split-input-file | FileCheck %s

// CHECK-DAG: #[[IMAGE:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d4, d2 * 2 + d5, d3 * 2 + d6)>
// CHECK-DAG: #[[WEIGHT:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d1, d4, d5, d6)>
// CHECK-DAG: #[[OUT:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:.*]]: tensor<1x3x7x7xf32>
func.func @main(%x: tensor<1x3x7x7xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>) -> tensor<1x4x4x4xf32> {
  // CHECK: %[[PADDED:.*]] = tensor.pad %[[X]] low[0, 0, 1, 1] high[0, 0, 1, 1]
  // CHECK: %[[BIAS:.*]] = linalg.broadcast ins(%{{.*}} : tensor<4xf32>) {{.*}} dimensions = [0, 2, 3]
  // CHECK: linalg.generic {indexing_maps = [#[[IMAGE]], #[[WEIGHT]], #[[OUT]]]
  // CHECK-SAME: ins(%[[PADDED]], %{{.*}} : {{.*}}) outs(%[[BIAS]]
  // CHECK: arith.mulf
  // CHECK: arith.addf
  %0 = onnx.Conv(%x, %w, %b) {strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>}
      : (tensor<1x3x7x7xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}

// -----

// A filter of its own for each channel: the weight loses its channel dimension.
// CHECK-DAG: #[[WEIGHT:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d1, d4, d5)>
// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<1x6x5x5xf32>, %w: tensor<6x1x3x3xf32>) -> tensor<1x6x3x3xf32> {
  %none = onnx.NoValue() : () -> none
  // CHECK: tensor.collapse_shape {{.*}} : tensor<6x1x3x3xf32> into tensor<6x3x3xf32>
  // CHECK: iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]
  %0 = onnx.Conv(%x, %w, %none) {group = 6 : i64} : (tensor<1x6x5x5xf32>, tensor<6x1x3x3xf32>, none) -> tensor<1x6x3x3xf32>
  return %0 : tensor<1x6x3x3xf32>
}

// -----

// Other groups are a dimension of their own.
// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<1x6x5xf32>, %w: tensor<4x3x3xf32>) -> tensor<1x4x3xf32> {
  %none = onnx.NoValue() : () -> none
  // CHECK-DAG: tensor.expand_shape {{.*}} : tensor<1x6x5xf32> into tensor<1x2x3x5xf32>
  // CHECK-DAG: tensor.expand_shape {{.*}} : tensor<4x3x3xf32> into tensor<2x2x3x3xf32>
  // CHECK: linalg.generic
  // CHECK: tensor.collapse_shape {{.*}} : tensor<1x2x2x3xf32> into tensor<1x4x3xf32>
  %0 = onnx.Conv(%x, %w, %none) {group = 2 : i64} : (tensor<1x6x5xf32>, tensor<4x3x3xf32>, none) -> tensor<1x4x3xf32>
  return %0 : tensor<1x4x3xf32>
}
