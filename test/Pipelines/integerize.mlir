// RUN: quern-opt %s --quern-stage-integerize 2> %t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=WARNING < %t.err
// RUN: not quern-opt %s --quern-stage-integerize=fail-on-float 2>&1 | FileCheck %s --check-prefix=ERROR
// RUN: quern-opt %s --quern-stage-integerize --quern-stage-structure 2> %t.err | FileCheck %s --check-prefix=STRUCTURE

!x = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.25>

// Integers up to the node that was excluded, floats there, integers again. The two equal quantizations of %0 are one, so the
// movement between them is of codes.
// CHECK: module attributes {quern.float_residue = "[
// CHECK-LABEL: func.func @main
// CHECK: quern.quantize %arg0
// CHECK: %[[ACC:.*]] = onnx.MatMulInteger
// CHECK: %[[REAL:.*]] = quern.dequantize_accumulator %[[ACC]]
// CHECK: %[[ERF:.*]] = onnx.Erf(%[[REAL]])
// CHECK: %[[Q:.*]] = quern.quantize %[[ERF]]
// CHECK: %[[CODES:.*]] = quern.storage_cast %[[Q]]
// CHECK: onnx.Transpose(%[[CODES]]) {{.*}}-> tensor<4x2xui8>
// CHECK: onnx.MatMulInteger
// WARNING: Erf stays float because it is excluded by 'erf'
// WARNING-SAME: to change that: drop the exclusion
// ERROR: error: {{.*}}Erf stays float because it is excluded by 'erf'
// STRUCTURE-NOT: quern.{{[a-z_]+}} %
// STRUCTURE-NOT: onnx.{{[A-Z]}}
// STRUCTURE-NOT: unrealized_conversion_cast
// STRUCTURE: return %{{.*}} : tensor<4x4xf32>
func.func @main(%x: tensor<2x4xf32>) -> tensor<4x4xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1, 2, 3, 4], [5, 6, 7, 8], [-1, -2, -3, -4], [0, 1, 0, 1]]> : tensor<4x4xi8>} : () -> tensor<4x4xi8>
  %ws = quant.scast %w : tensor<4x4xi8> to tensor<4x4x!w>
  %wr = quern.dequantize %ws : tensor<4x4x!w> -> tensor<4x4xf32>
  %xq = quern.quantize %x : tensor<2x4xf32> -> tensor<2x4x!x>
  %xr = quern.dequantize %xq : tensor<2x4x!x> -> tensor<2x4xf32>
  %m = onnx.MatMul(%xr, %wr) : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
  %e = onnx.Erf(%m) {quern.float_reason = "is excluded by 'erf'"} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %t = onnx.Transpose(%e) {perm = array<i64: 1, 0>} : (tensor<2x4xf32>) -> tensor<4x2xf32>
  %tq = quern.quantize %t : tensor<4x2xf32> -> tensor<4x2x!x>
  %tr = quern.dequantize %tq : tensor<4x2x!x> -> tensor<4x2xf32>
  %eq = quern.quantize %t : tensor<4x2xf32> -> tensor<4x2x!x>
  %er = quern.dequantize %eq : tensor<4x2x!x> -> tensor<4x2xf32>
  %s = onnx.Transpose(%er) {perm = array<i64: 1, 0>} : (tensor<4x2xf32>) -> tensor<2x4xf32>
  %y = onnx.MatMul(%tr, %s) : (tensor<4x2xf32>, tensor<2x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}
