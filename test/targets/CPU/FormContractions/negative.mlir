// RUN: quern-opt %s --quern-cpu-form-contractions="triple=x86_64-linux-gnu cpu=haswell" | FileCheck %s

#row = affine_map<(m, n, k) -> (m, k)>
#column = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>

// Integer weights that are not constant have no packed form; channels are contiguous, so the op becomes a window.
// CHECK-LABEL: @weights_not_constant
// CHECK-NOT: quern_cpu.contraction
func.func @weights_not_constant(%a: tensor<3x2xi8>, %w: tensor<2x2xi8>, %init: tensor<3x2xi32>) -> tensor<3x2xi32> {
  %0 = linalg.generic {indexing_maps = [#row, #column, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %w : tensor<3x2xi8>, tensor<2x2xi8>) outs(%init : tensor<3x2xi32>) {
  ^bb0(%x: i8, %y: i8, %acc: i32):
    %xi = arith.extui %x : i8 to i32
    %yi = arith.extsi %y : i8 to i32
    %p = arith.muli %xi, %yi : i32
    %s = arith.addi %acc, %p : i32
    linalg.yield %s : i32
  } -> tensor<3x2xi32>
  return %0 : tensor<3x2xi32>
}

// A result that is read twice keeps its own buffer: no reader joins the epilogue.
// CHECK-LABEL: @two_readers
// CHECK: quern_cpu.contraction
// CHECK: linalg.exp
func.func @two_readers(%a: tensor<3x2xf32>, %w: tensor<2x2xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>) {
  %e = tensor.empty() : tensor<3x2xf32>
  %c = arith.constant 0.0 : f32
  %init = linalg.fill ins(%c : f32) outs(%e : tensor<3x2xf32>) -> tensor<3x2xf32>
  %0 = linalg.generic {indexing_maps = [#row, #column, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %w : tensor<3x2xf32>, tensor<2x2xf32>) outs(%init : tensor<3x2xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<3x2xf32>
  %1 = linalg.exp ins(%0 : tensor<3x2xf32>) outs(%e : tensor<3x2xf32>) -> tensor<3x2xf32>
  return %0, %1 : tensor<3x2xf32>, tensor<3x2xf32>
}

// A window becomes vector loops, and no vector of single bits can be loaded.
// CHECK-LABEL: @bits_beside_a_window
// CHECK: quern_cpu.window
// CHECK: linalg.generic
// CHECK: arith.select
func.func @bits_beside_a_window(%a: tensor<4x16xf32>, %bit: tensor<i1>) -> tensor<16xf32> {
  %e = tensor.empty() : tensor<16xf32>
  %c = arith.constant 0xFF800000 : f32
  %init = linalg.fill ins(%c : f32) outs(%e : tensor<16xf32>) -> tensor<16xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(m, k) -> (k, m)>, affine_map<(m, k) -> (m)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<4x16xf32>) outs(%init : tensor<16xf32>) {
  ^bb0(%x: f32, %acc: f32):
    %m = arith.maximumf %acc, %x : f32
    linalg.yield %m : f32
  } -> tensor<16xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(m) -> ()>, affine_map<(m) -> (m)>, affine_map<(m) -> (m)>], iterator_types = ["parallel"]}
      ins(%bit, %0 : tensor<i1>, tensor<16xf32>) outs(%e : tensor<16xf32>) {
  ^bb0(%b: i1, %x: f32, %out: f32):
    %s = arith.select %b, %x, %c : f32
    linalg.yield %s : f32
  } -> tensor<16xf32>
  return %1 : tensor<16xf32>
}
