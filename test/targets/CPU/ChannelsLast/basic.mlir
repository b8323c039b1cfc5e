// RUN: quern-opt %s --quern-cpu-channels-last --canonicalize | FileCheck %s

// The pool's values have channels last; the argument is transposed once, the result back; the element-wise op follows.
// CHECK-LABEL: @pool
// CHECK: %[[X:.*]] = linalg.transpose ins(%{{.*}} : tensor<1x8x6x6xf32>) outs(%{{.*}} : tensor<1x6x6x8xf32>) permutation = [0, 2, 3, 1]
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]
// CHECK-SAME: ins(%[[X]], %{{.*}} : tensor<1x6x6x8xf32>, tensor<3x3xf32>) outs(%{{.*}} : tensor<1x4x4x8xf32>)
// CHECK: linalg.generic
// CHECK-SAME: ins(%{{.*}} : tensor<1x4x4x8xf32>)
// CHECK: linalg.transpose {{.*}} permutation = [0, 3, 1, 2]
#in = affine_map<(n, c, h, w, i, j) -> (n, c, h + i, w + j)>
#window = affine_map<(n, c, h, w, i, j) -> (i, j)>
#out = affine_map<(n, c, h, w, i, j) -> (n, c, h, w)>
#id = affine_map<(n, c, h, w) -> (n, c, h, w)>
func.func @pool(%x: tensor<1x8x6x6xf32>) -> tensor<1x8x4x4xf32> {
  %c = arith.constant -1.0 : f32
  %e = tensor.empty() : tensor<1x8x4x4xf32>
  %init = linalg.fill ins(%c : f32) outs(%e : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  %k = tensor.empty() : tensor<3x3xf32>
  %0 = linalg.generic {indexing_maps = [#in, #window, #out],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %k : tensor<1x8x6x6xf32>, tensor<3x3xf32>) outs(%init : tensor<1x8x4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %m = arith.maximumf %acc, %a : f32
    linalg.yield %m : f32
  } -> tensor<1x8x4x4xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0 : tensor<1x8x4x4xf32>) outs(%e : tensor<1x8x4x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    linalg.yield %n : f32
  } -> tensor<1x8x4x4xf32>
  return %1 : tensor<1x8x4x4xf32>
}

// Without a window nothing moves.
// CHECK-LABEL: @no_window
// CHECK-NOT: linalg.transpose
func.func @no_window(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  %e = tensor.empty() : tensor<1x8x4x4xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x : tensor<1x8x4x4xf32>) outs(%e : tensor<1x8x4x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    linalg.yield %n : f32
  } -> tensor<1x8x4x4xf32>
  return %1 : tensor<1x8x4x4xf32>
}
