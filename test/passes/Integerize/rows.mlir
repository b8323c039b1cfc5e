// RUN: quern-opt %s --quern-integerize --split-input-file | FileCheck %s

!w = !quant.uniform<u8<0:15>:f32:1, {0.25:8, 0.5:0}>

// Codes without a zero point times weights less theirs; the column sums stand for the rows' zero points; a later Add is
// the bias.
// CHECK-LABEL: @product
// CHECK-SAME: %[[Q:[^:]*]]: tensor<3x2xui8>, %[[S:[^:]*]]: tensor<3x1xf32>, %[[Z:[^:]*]]: tensor<3x1xui8>
// CHECK: %[[W:.*]] = onnx.Constant() {value = dense<{{\[}}[-7, 2], [-5, 4]]> : tensor<2x2xi8>}
// CHECK: %[[A:.*]] = onnx.MatMulInteger(%[[Q]], %[[W]], %{{.*}}, %{{.*}}) {quern.accumulator_bound = 3060 : i64}
// CHECK: quern.dequantize_row_accumulator %[[A]], %[[S]], %[[Z]] {bias = array<f32: 1.500000e+00, 1.500000e+00>, column_sums = array<i32: -12, 6>, weight_scales = array<f32: 2.500000e-01, 5.000000e-01>}
// CHECK-NOT: onnx.Add
func.func @product(%q: tensor<3x2xui8>, %s: tensor<3x1xf32>, %z: tensor<3x1xui8>) -> tensor<3x2xf32> {
  %c = onnx.Constant() {value = dense<[[1, 2], [3, 4]]> : tensor<2x2xui8>} : () -> tensor<2x2xui8>
  %wq = quern.storage_cast %c : tensor<2x2xui8> -> tensor<2x2x!w>
  %b = onnx.Constant() {value = dense<1.5> : tensor<2xf32>} : () -> tensor<2xf32>
  %x = quern.dequantize_rows %q, %s, %z : tensor<3x2xui8>, tensor<3x1xf32>, tensor<3x1xui8> -> tensor<3x2xf32>
  %w = quern.dequantize %wq : tensor<2x2x!w> -> tensor<2x2xf32>
  %0 = onnx.MatMul(%x, %w) : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %1 = onnx.Add(%b, %0) : (tensor<2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// -----

!w = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: @gemm
// CHECK: onnx.MatMulInteger
// CHECK: quern.dequantize_row_accumulator {{.*}} {bias = array<f32: 1.000000e+00, 2.000000e+00>, column_sums = array<i32: 3, 7>, weight_scales = array<f32: 2.500000e-01>}
func.func @gemm(%q: tensor<3x2xui8>, %s: tensor<3x1xf32>, %z: tensor<3x1xui8>) -> tensor<3x2xf32> {
  %c = onnx.Constant() {value = dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>} : () -> tensor<2x2xi8>
  %wq = quant.scast %c : tensor<2x2xi8> to tensor<2x2x!w>
  %b = onnx.Constant() {value = dense<[1.0, 2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %x = quern.dequantize_rows %q, %s, %z : tensor<3x2xui8>, tensor<3x1xf32>, tensor<3x1xui8> -> tensor<3x2xf32>
  %w = quern.dequantize %wq : tensor<2x2x!w> -> tensor<2x2xf32>
  %0 = onnx.Gemm(%x, %w, %b) {transB = 1 : i64} : (tensor<3x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

!w = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: @stackedWeights
// CHECK: onnx.MatMul({{.*}}) {quern.float_reason = "expected rows with scales of their own times a matrix", quern.float_remedy = "quantize its activation statically"}
func.func @stackedWeights(%q: tensor<1x3x2xui8>, %s: tensor<1x3x1xf32>, %z: tensor<1x3x1xui8>) -> tensor<1x3x2xf32> {
  %c = onnx.Constant() {value = dense<1> : tensor<1x2x2xi8>} : () -> tensor<1x2x2xi8>
  %wq = quant.scast %c : tensor<1x2x2xi8> to tensor<1x2x2x!w>
  %x = quern.dequantize_rows %q, %s, %z : tensor<1x3x2xui8>, tensor<1x3x1xf32>, tensor<1x3x1xui8> -> tensor<1x3x2xf32>
  %w = quern.dequantize %wq : tensor<1x2x2x!w> -> tensor<1x2x2xf32>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x3x2xf32>, tensor<1x2x2xf32>) -> tensor<1x3x2xf32>
  return %0 : tensor<1x3x2xf32>
}

// -----

!w = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: @weightIsNotConstant
// CHECK: onnx.MatMul({{.*}}) {quern.float_reason = "expected a constant matrix beside rows with scales of their own"
func.func @weightIsNotConstant(%q: tensor<3x2xui8>, %s: tensor<3x1xf32>, %z: tensor<3x1xui8>, %wq: tensor<2x2x!w>) -> tensor<3x2xf32> {
  %x = quern.dequantize_rows %q, %s, %z : tensor<3x2xui8>, tensor<3x1xf32>, tensor<3x1xui8> -> tensor<3x2xf32>
  %w = quern.dequantize %wq : tensor<2x2x!w> -> tensor<2x2xf32>
  %0 = onnx.MatMul(%x, %w) : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

!v = !quant.uniform<u8:f32, 0.25:3>

// Rows that are never negative have zero points of 0: the other factor may be computed, and have leading dimensions.
// CHECK-LABEL: @probabilities
// CHECK: %[[Q:.*]], %[[S:.*]], %[[Z:.*]] = quern.dynamic_quantize
// CHECK: %[[A:.*]] = onnx.MatMulInteger(%[[Q]], %{{.*}}, %{{.*}}, %{{.*}}) {quern.accumulator_bound = 257040 : i64}
// CHECK: quern.dequantize_row_accumulator %[[A]], %[[S]], %[[Z]] {column_sums = array<i32: 0, 0>, weight_scales = array<f32: 2.500000e-01>}
func.func @probabilities(%x: tensor<2x3x4xf32>, %vq: tensor<2x4x2x!v>) -> tensor<2x3x2xf32> {
  %p = onnx.Softmax(%x) {axis = -1 : i64} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %q, %s, %z = quern.dynamic_quantize %p : tensor<2x3x4xf32> -> tensor<2x3x4xui8>, tensor<2x3x1xf32>, tensor<2x3x1xui8>
  %r = quern.dequantize_rows %q, %s, %z : tensor<2x3x4xui8>, tensor<2x3x1xf32>, tensor<2x3x1xui8> -> tensor<2x3x4xf32>
  %v = quern.dequantize %vq : tensor<2x4x2x!v> -> tensor<2x4x2xf32>
  %0 = onnx.MatMul(%r, %v) : (tensor<2x3x4xf32>, tensor<2x4x2xf32>) -> tensor<2x3x2xf32>
  return %0 : tensor<2x3x2xf32>
}

// -----

!v = !quant.uniform<u8:f32, 0.25:3>

// CHECK-LABEL: @broadcastProbabilities
// CHECK: onnx.MatMul({{.*}}) {quern.float_reason = "expected rows with scales of their own times a matrix"
func.func @broadcastProbabilities(%x: tensor<3x4xf32>, %vq: tensor<2x4x2x!v>) -> tensor<2x3x2xf32> {
  %p = onnx.Softmax(%x) {axis = -1 : i64} : (tensor<3x4xf32>) -> tensor<3x4xf32>
  %q, %s, %z = quern.dynamic_quantize %p : tensor<3x4xf32> -> tensor<3x4xui8>, tensor<3x1xf32>, tensor<3x1xui8>
  %r = quern.dequantize_rows %q, %s, %z : tensor<3x4xui8>, tensor<3x1xf32>, tensor<3x1xui8> -> tensor<3x4xf32>
  %v = quern.dequantize %vq : tensor<2x4x2x!v> -> tensor<2x4x2xf32>
  %0 = onnx.MatMul(%r, %v) : (tensor<3x4xf32>, tensor<2x4x2xf32>) -> tensor<2x3x2xf32>
  return %0 : tensor<2x3x2xf32>
}
