// RUN: quern-opt %s --quern-cpu-form-contractions="triple=x86_64-linux-gnu cpu=sapphirerapids" --canonicalize | FileCheck %s --check-prefixes=CHECK,VNNI
// RUN: quern-opt %s --quern-cpu-form-contractions="triple=x86_64-linux-gnu cpu=haswell" --canonicalize | FileCheck %s --check-prefixes=CHECK,AVX2

// The bias, less the zero point's share (7 * 3), starts the sum; the clamped conversion joins the epilogue. Two weights
// are one incomplete group of four.
// CHECK-LABEL: @fused
// CHECK: %[[BIAS:.*]] = arith.constant dense_resource<packed_bias> : tensor<2xi32>
// CHECK: quern_cpu.contraction
// VNNI-SAME: tensor<1x1x1x16xi8>
// AVX2-SAME: tensor<1x1x1x8xi16>
// CHECK-SAME: initial(%[[BIAS]] : tensor<2xi32>)
// CHECK-SAME: outs(%{{.*}} : tensor<3x2xf32>)
// CHECK-SAME: lanes = 4
// VNNI-SAME: multiply = #quern_cpu.multiply<dot_quads>
// AVX2-SAME: multiply = #quern_cpu.multiply<dot_pairs>
// CHECK: arith.sitofp
// CHECK: quern_cpu.yield %{{.*}} : f32
// CHECK-NOT: linalg.generic
#row = affine_map<(m, n, k) -> (m, k)>
#column = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>
func.func @fused(%a: tensor<3x2xi8>) -> tensor<3x2xf32> {
  %w = arith.constant dense<[[1, -2], [2, 5]]> : tensor<2x2xi8>
  %bias = arith.constant dense<[100, 200]> : tensor<2xi32>
  %e = tensor.empty() : tensor<3x2xi32>
  %init = linalg.broadcast ins(%bias : tensor<2xi32>) outs(%e : tensor<3x2xi32>) dimensions = [0]
  %0 = linalg.generic {indexing_maps = [#row, #column, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %w : tensor<3x2xi8>, tensor<2x2xi8>) outs(%init : tensor<3x2xi32>) {
  ^bb0(%x: i8, %y: i8, %acc: i32):
    %z = arith.constant 7 : i32
    %xi = arith.extui %x : i8 to i32
    %xz = arith.subi %xi, %z : i32
    %yi = arith.extsi %y : i8 to i32
    %p = arith.muli %xz, %yi : i32
    %s = arith.addi %acc, %p : i32
    linalg.yield %s : i32
  } -> tensor<3x2xi32>
  %f = tensor.empty() : tensor<3x2xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<3x2xi32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%x: i32, %o: f32):
    %c = arith.sitofp %x : i32 to f32
    linalg.yield %c : f32
  } -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// The values of the bias after the fold: 100 - 7 * 3 = 79, 200 - 7 * 3 = 179.
// CHECK: packed_bias: "0x400000004F000000B3000000"
