// RUN: quern-opt %s --quern-pack-weights --canonicalize --split-input-file | FileCheck %s
!signed = !quant.uniform<i4<-7:7>:f32:{0:2, 1:1}, {{0.5, 0.25}, {1.0, 2.0}}>

// Codes move up by 7: column 0 is 1, -1, 7, -7 -> 8, 6, 14, 0, two to a byte.
// CHECK-LABEL: func.func @signed
// CHECK-DAG: %[[CODES:.*]] = onnx.Constant() {value = dense<{{\[}}[104, 121], [14, 112]]> : tensor<2x2xui8>}
// CHECK-DAG: %[[SCALES:.*]] = onnx.Constant() {value = dense<{{\[}}[5.000000e-01, 2.500000e-01], [1.000000e+00, 2.000000e+00]]> : tensor<2x2xf32>}
// CHECK: quern.weight_only_matmul %{{.*}}, %[[CODES]], %[[SCALES]] {bits = 4 : i64, group_size = 2 : i64, zero_point = 7 : i64}
func.func @signed(%x: tensor<3x4xf32>) -> tensor<3x2xf32> {
  %w = onnx.Constant() {value = dense<[[1, 2], [-1, 0], [7, -7], [-7, 0]]> : tensor<4x2xi4>} : () -> tensor<4x2xi4>
  %q = quant.scast %w : tensor<4x2xi4> to tensor<4x2x!signed>
  %f = quern.dequantize %q : tensor<4x2x!signed> -> tensor<4x2xf32>
  %0 = onnx.MatMul(%x, %f) : (tensor<3x4xf32>, tensor<4x2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----
!unsigned = !quant.uniform<u4:f32:1, {0.5:3, 0.25:15}>

// One group of three codes: the last byte is half full. Zero points that differ are a table.
// CHECK-LABEL: func.func @odd_and_asymmetric
// CHECK-DAG: onnx.Constant() {value = dense<{{\[}}[33, 15], [3, 4]]> : tensor<2x2xui8>}
// CHECK-DAG: onnx.Constant() {value = dense<{{\[}}[3, 15]]> : tensor<1x2xui8>}
// CHECK: quern.weight_only_matmul %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {bits = 4 : i64, group_size = 3 : i64}
// CHECK: onnx.Add
func.func @odd_and_asymmetric(%x: tensor<1x3xf32>, %b: tensor<2xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = dense<[[1, 15], [2, 0], [3, 4]]> : tensor<3x2xui4>} : () -> tensor<3x2xui4>
  %q = quern.storage_cast %w : tensor<3x2xui4> -> tensor<3x2x!unsigned>
  %f = quern.dequantize %q : tensor<3x2x!unsigned> -> tensor<3x2xf32>
  %0 = onnx.Gemm(%x, %f, %b) : (tensor<1x3xf32>, tensor<3x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----
!rows = !quant.uniform<i8:f32:0, {0.5, 0.25}>

// Scales along the rows, which are summed over, cannot wait until the sum is done.
// CHECK-LABEL: func.func @scales_of_rows
// CHECK: onnx.MatMul
func.func @scales_of_rows(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = dense<[[1, 15], [2, 0]]> : tensor<2x2xi8>} : () -> tensor<2x2xi8>
  %q = quant.scast %w : tensor<2x2xi8> to tensor<2x2x!rows>
  %f = quern.dequantize %q : tensor<2x2x!rows> -> tensor<2x2xf32>
  %0 = onnx.MatMul(%x, %f) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
