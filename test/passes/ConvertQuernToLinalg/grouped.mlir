// RUN: quern-opt %s --quern-convert-quern-to-linalg | FileCheck %s

// Two whole groups of two terms and one of a single term; sums in i32 without the bias, then f32 from the bias on.
// CHECK-LABEL: @tail
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel", "reduction"]
// CHECK: arith.muli
// CHECK: arith.addi
// CHECK: %[[WHOLE:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
// CHECK: arith.sitofp
// CHECK-NEXT: arith.mulf
// CHECK-NEXT: arith.addf
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel", "reduction"]
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]{{.*}} outs(%[[WHOLE]]
func.func @tail(%x: tensor<1x5xui8>, %w: tensor<5x2xi8>, %s: tensor<3x2xf32>, %b: tensor<2xf32>) -> tensor<1x2xf32> {
  %0 = quern.grouped_matmul %x, %w, %s, %b {group_size = 2 : i64, zero_point = 3 : i64}
      : tensor<1x5xui8>, tensor<5x2xi8>, tensor<3x2xf32>, tensor<2xf32> -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
