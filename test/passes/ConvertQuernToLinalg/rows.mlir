// RUN: quern-opt %s --quern-convert-quern-to-linalg --split-input-file | FileCheck %s

// Extremes of 16 neighbours side by side, then across them; a comparison leaves NaN out.
// CHECK-LABEL: @wide
// CHECK: tensor.expand_shape %{{.*}} into tensor<2x3x16xf32>
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction", "parallel"]
// CHECK: arith.cmpf olt
// CHECK-NEXT: arith.select
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
// CHECK: arith.cmpf ogt
// CHECK: arith.subf
// CHECK: arith.divf
// CHECK: %[[SMALL:.*]] = arith.cmpf olt
// CHECK: arith.select %[[SMALL]], %cst{{.*}}, %
// CHECK: arith.negf
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
// CHECK: math.roundeven
// CHECK: arith.trunci %{{.*}} : i32 to i8
func.func @wide(%x: tensor<2x48xf32>) -> (tensor<2x48xui8>, tensor<2x1xf32>, tensor<2x1xui8>) {
  %q, %s, %z = quern.dynamic_quantize %x : tensor<2x48xf32> -> tensor<2x48xui8>, tensor<2x1xf32>, tensor<2x1xui8>
  return %q, %s, %z : tensor<2x48xui8>, tensor<2x1xf32>, tensor<2x1xui8>
}

// -----

// CHECK-LABEL: @reals
// CHECK: arith.subi
// CHECK-NEXT: arith.sitofp
// CHECK-NEXT: arith.mulf
func.func @reals(%q: tensor<2x5xui8>, %s: tensor<2x1xf32>, %z: tensor<2x1xui8>) -> tensor<2x5xf32> {
  %y = quern.dequantize_rows %q, %s, %z : tensor<2x5xui8>, tensor<2x1xf32>, tensor<2x1xui8> -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

// CHECK-LABEL: @accumulator
// CHECK: arith.muli
// CHECK-NEXT: arith.subi
// CHECK-NEXT: arith.mulf
// CHECK-NEXT: arith.sitofp
// CHECK-NEXT: arith.mulf
// CHECK-NEXT: arith.addf
func.func @accumulator(%a: tensor<2x3xi32>, %s: tensor<2x1xf32>, %z: tensor<2x1xui8>) -> tensor<2x3xf32> {
  %y = quern.dequantize_row_accumulator %a, %s, %z {weight_scales = array<f32: 0.5, 0.25, 1.0>, column_sums = array<i32: 7, -3, 2>, bias = array<f32: 1.0, 2.0, 3.0>}
      : tensor<2x3xi32>, tensor<2x1xf32>, tensor<2x1xui8> -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}
