// RUN: quern-opt %s --quern-cpu-form-contractions="triple=x86_64-linux-gnu cpu=sapphirerapids" --canonicalize --one-shot-bufferize=bufferize-function-boundaries --quern-cpu-lower-contractions="triple=x86_64-linux-gnu cpu=sapphirerapids" | FileCheck %s
// RUN: quern-opt %s --quern-cpu-form-contractions="triple=x86_64-linux-gnu cpu=alderlake" --canonicalize --one-shot-bufferize=bufferize-function-boundaries --quern-cpu-lower-contractions="triple=x86_64-linux-gnu cpu=alderlake" | FileCheck %s --check-prefix=VEX
// RUN: quern-opt %s --quern-cpu-form-contractions="triple=x86_64-linux-gnu cpu=x86-64" --canonicalize --one-shot-bufferize=bufferize-function-boundaries --quern-cpu-lower-contractions="triple=x86_64-linux-gnu cpu=x86-64" | FileCheck %s --check-prefix=SSE2

// Each processor gets its own instruction, and never one that saturates.
// CHECK: scf.parallel
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"
// VEX: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"
// SSE2: llvm.call_intrinsic "llvm.x86.sse2.pmadd.wd"
#row = affine_map<(m, n, k) -> (m, k)>
#column = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
func.func @matmul(%a: tensor<3x8xi8>) -> tensor<3x32xi32> {
  %w = arith.constant dense<3> : tensor<8x32xi8>
  %c = arith.constant 0 : i32
  %e = tensor.empty() : tensor<3x32xi32>
  %init = linalg.fill ins(%c : i32) outs(%e : tensor<3x32xi32>) -> tensor<3x32xi32>
  %0 = linalg.generic {indexing_maps = [#row, #column, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %w : tensor<3x8xi8>, tensor<8x32xi8>) outs(%init : tensor<3x32xi32>) {
  ^bb0(%x: i8, %y: i8, %acc: i32):
    %xi = arith.extui %x : i8 to i32
    %yi = arith.extsi %y : i8 to i32
    %p = arith.muli %xi, %yi : i32
    %s = arith.addi %acc, %p : i32
    linalg.yield %s : i32
  } -> tensor<3x32xi32>
  return %0 : tensor<3x32xi32>
}
