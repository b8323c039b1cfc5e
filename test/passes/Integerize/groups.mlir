// RUN: quern-opt %s --quern-integerize --split-input-file | FileCheck %s

!a = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<u4:f32:{0:2, 1:1}, {{0.25:8, 0.125:2}, {1.0:0, 0.5:15}}>
!y = !quant.uniform<u8:f32, 0.25:10>

// The scales are f32(sa * sw); a later Add is the bias; Relu joins the bounds.
// CHECK-LABEL: @groups
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {value = dense<{{\[}}[-7, 0], [-5, 2], [5, -1], [7, -3]]> : tensor<4x2xi8>}
// CHECK-DAG: %[[S:.*]] = onnx.Constant() {value = dense<{{\[}}[1.250000e-01, 6.250000e-02], [5.000000e-01, 2.500000e-01]]> : tensor<2x2xf32>}
// CHECK-DAG: %[[B:.*]] = onnx.Constant() {value = dense<1.500000e+00> : tensor<2xf32>}
// CHECK: %[[P:.*]] = quern.grouped_matmul %{{.*}}, %[[W]], %[[S]], %[[B]] {group_size = 2 : i64, quern.accumulator_bound = 3024 : i64, zero_point = 3 : i64}
// CHECK: %[[Q:.*]] = quern.requantize %[[P]] {max = 255 : i64, min = 10 : i64, multipliers = array<f32: 4.000000e+00>, zero_point = 10 : i64} : tensor<1x2xf32> -> tensor<1x2xui8>
func.func @groups(%x: tensor<1x4x!a>) -> tensor<1x2x!y> {
  %wq = onnx.Constant() {value = dense<[[1, 2], [3, 4], [5, 14], [7, 12]]> : tensor<4x2xui4>} : () -> tensor<4x2xui4>
  %ws = quern.storage_cast %wq : tensor<4x2xui4> -> tensor<4x2x!w>
  %b = onnx.Constant() {value = dense<1.5> : tensor<2xf32>} : () -> tensor<2xf32>
  %a = quern.dequantize %x : tensor<1x4x!a> -> tensor<1x4xf32>
  %wr = quern.dequantize %ws : tensor<4x2x!w> -> tensor<4x2xf32>
  %c = onnx.MatMul(%a, %wr) : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x2xf32>
  %s = onnx.Add(%b, %c) : (tensor<2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %r = onnx.Relu(%s) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %q = quern.quantize %r : tensor<1x2xf32> -> tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<u8:f32:{0:1, 1:1}, {{0.25:200}, {0.5:3}}>

// Differences of 8-bit codes from their zero points may need 16 bits. A Gemm brings its bias.
// CHECK-LABEL: @wide
// CHECK-DAG: onnx.Constant() {value = dense<{{\[}}[-200], [252]]> : tensor<2x1xi16>}
// CHECK: quern.grouped_matmul %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {group_size = 1 : i64, quern.accumulator_bound = 63504 : i64, zero_point = 3 : i64} : tensor<1x2xui8>, tensor<2x1xi16>, tensor<2x1xf32>, tensor<1xf32> -> tensor<1x1xf32>
func.func @wide(%x: tensor<1x2x!a>) -> tensor<1x1xf32> {
  %wq = onnx.Constant() {value = dense<[[0], [255]]> : tensor<2x1xui8>} : () -> tensor<2x1xui8>
  %ws = quern.storage_cast %wq : tensor<2x1xui8> -> tensor<2x1x!w>
  %b = onnx.Constant() {value = dense<-0.5> : tensor<1xf32>} : () -> tensor<1xf32>
  %a = quern.dequantize %x : tensor<1x2x!a> -> tensor<1x2xf32>
  %wr = quern.dequantize %ws : tensor<2x1x!w> -> tensor<2x1xf32>
  %c = onnx.Gemm(%a, %wr, %b) : (tensor<1x2xf32>, tensor<2x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %c : tensor<1x1xf32>
}

// -----

!a = !quant.uniform<u8:f32, 1.0e+30>
!w = !quant.uniform<i8:f32:{0:1, 1:1}, {{1.0e+6}, {1.0}}>

// Sums that could leave f32 would lose their order of magnitude, or become NaN.
// CHECK-LABEL: @beyondFloat
// CHECK: onnx.MatMul({{.*}}) {quern.float_reason = "expected sums of groups within f32"
func.func @beyondFloat(%x: tensor<1x2x!a>) -> tensor<1x1xf32> {
  %wq = onnx.Constant() {value = dense<[[100], [100]]> : tensor<2x1xi8>} : () -> tensor<2x1xi8>
  %ws = quant.scast %wq : tensor<2x1xi8> to tensor<2x1x!w>
  %a = quern.dequantize %x : tensor<1x2x!a> -> tensor<1x2xf32>
  %wr = quern.dequantize %ws : tensor<2x1x!w> -> tensor<2x1xf32>
  %c = onnx.MatMul(%a, %wr) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %c : tensor<1x1xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5>
!w = !quant.uniform<i8:f32:{0:70000, 1:1}, {{1.0}, {0.5}}>

// CHECK-LABEL: @groupTooLarge
// CHECK: onnx.MatMul({{.*}}) {quern.float_reason = "expected sums within 32 bits; a group may reach {{.*}}", quern.float_remedy = "use a smaller --group-size"}
func.func @groupTooLarge(%x: tensor<1x140000x!a>) -> tensor<1x1xf32> {
  %wq = onnx.Constant() {value = dense<-128> : tensor<140000x1xi8>} : () -> tensor<140000x1xi8>
  %ws = quant.scast %wq : tensor<140000x1xi8> to tensor<140000x1x!w>
  %a = quern.dequantize %x : tensor<1x140000x!a> -> tensor<1x140000xf32>
  %wr = quern.dequantize %ws : tensor<140000x1x!w> -> tensor<140000x1xf32>
  %c = onnx.MatMul(%a, %wr) : (tensor<1x140000xf32>, tensor<140000x1xf32>) -> tensor<1x1xf32>
  return %c : tensor<1x1xf32>
}
