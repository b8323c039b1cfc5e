// RUN: quern-opt %s --quern-cpu-form-contractions="triple=x86_64-linux-gnu cpu=sapphirerapids" --canonicalize | FileCheck %s --check-prefixes=CHECK,VNNI
// RUN: quern-opt %s --quern-cpu-form-contractions="triple=x86_64-linux-gnu cpu=haswell" --canonicalize | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: quern-opt %s --quern-cpu-form-contractions="triple=x86_64-linux-gnu cpu=sapphirerapids" --mlir-print-elementsattrs-with-hex-if-larger=-1 | FileCheck %s --check-prefix=BYTES

#row = affine_map<(m, n, k) -> (m, k)>
#column = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>

// Weights of at most 16 values: four groups of four become two rows behind that of the lowest weights.
// CHECK-LABEL: @nibbles
// CHECK: quern_cpu.contraction
// VNNI-SAME: tensor<1x1x3x16xi8>
// AVX2-SAME: tensor<1x1x5x8xi8>
// CHECK-SAME: nibbles
// The lowest weight is -3 (fd); the first lane has 3, 4, 5, 6 from it under 7, 8, 9, a, then 0 under 4.
// BYTES: packed_weights: "0x40000000FDFDFDFD000000000000000000000000738495A600000000000000000000000040404040
func.func @nibbles(%a: tensor<3x16xi8>) -> tensor<3x1xi32> {
  %w = arith.constant dense<[[0], [1], [2], [3], [4], [5], [6], [7], [-3], [-3], [-3], [-3], [1], [1], [1], [1]]> : tensor<16x1xi8>
  %c0 = arith.constant 0 : i32
  %e = tensor.empty() : tensor<3x1xi32>
  %init = linalg.fill ins(%c0 : i32) outs(%e : tensor<3x1xi32>) -> tensor<3x1xi32>
  %0 = linalg.generic {indexing_maps = [#row, #column, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %w : tensor<3x16xi8>, tensor<16x1xi8>) outs(%init : tensor<3x1xi32>) {
  ^bb0(%x: i8, %y: i8, %acc: i32):
    %xi = arith.extui %x : i8 to i32
    %yi = arith.extsi %y : i8 to i32
    %p = arith.muli %xi, %yi : i32
    %s = arith.addi %acc, %p : i32
    linalg.yield %s : i32
  } -> tensor<3x1xi32>
  return %0 : tensor<3x1xi32>
}

// One column that spans 17 values keeps the bytes.
// CHECK-LABEL: @bytes
// CHECK: quern_cpu.contraction
// VNNI-SAME: tensor<1x1x4x16xi8>
// AVX2-SAME: tensor<1x1x8x8xi16>
// CHECK-NOT: nibbles
func.func @bytes(%a: tensor<3x16xi8>) -> tensor<3x1xi32> {
  %w = arith.constant dense<[[0], [1], [2], [3], [4], [5], [6], [13], [-3], [-3], [-3], [-3], [1], [1], [1], [1]]> : tensor<16x1xi8>
  %c0 = arith.constant 0 : i32
  %e = tensor.empty() : tensor<3x1xi32>
  %init = linalg.fill ins(%c0 : i32) outs(%e : tensor<3x1xi32>) -> tensor<3x1xi32>
  %0 = linalg.generic {indexing_maps = [#row, #column, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %w : tensor<3x16xi8>, tensor<16x1xi8>) outs(%init : tensor<3x1xi32>) {
  ^bb0(%x: i8, %y: i8, %acc: i32):
    %xi = arith.extui %x : i8 to i32
    %yi = arith.extsi %y : i8 to i32
    %p = arith.muli %xi, %yi : i32
    %s = arith.addi %acc, %p : i32
    linalg.yield %s : i32
  } -> tensor<3x1xi32>
  return %0 : tensor<3x1xi32>
}
