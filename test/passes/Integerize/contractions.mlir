// RUN: quern-opt --split-input-file --pass-pipeline='builtin.module(func.func(quern-integerize))' %s | FileCheck %s

!a = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.125}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.0625}>
!y = !quant.uniform<u8:f32, 0.25:10>

// Relu is absorbed by the bounds: q(0) = 10. 12 = |bias|, 252 = max |a - 3|, 3 + 4 = sum |w|.
// CHECK-LABEL: @convolution
// CHECK-SAME: %[[X:.*]]: tensor<1x2x3x3x!quant.uniform<u8
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {value = dense<{{.*}}> : tensor<2x2x1x1xi8>}
// CHECK-DAG: %[[B:.*]] = onnx.Constant() {value = dense<{{\[\[\[}}5]], {{\[\[}}-12]]]> : tensor<2x1x1xi32>}
// CHECK-DAG: %[[ZA:.*]] = onnx.Constant() {value = dense<3> : tensor<ui8>}
// CHECK-DAG: %[[ZW:.*]] = onnx.NoValue()
// CHECK-DAG: %[[A:.*]] = quern.storage_cast %[[X]]
// CHECK: %[[ACC:.*]] = onnx.ConvInteger(%[[A]], %[[W]], %[[ZA]], %[[ZW]])
// CHECK: %[[SUM:.*]] = onnx.Add(%[[ACC]], %[[B]]) {quern.accumulator_bound = 1776 : i64}
// CHECK: %[[Q:.*]] = quern.requantize %[[SUM]] {axis = 1 : i64, max = 255 : i64, min = 10 : i64, multipliers = array<f32: 5.000000e-01, 2.500000e-01>, zero_point = 10 : i64}
// CHECK-SAME: tensor<1x2x3x3xi32> -> tensor<1x2x3x3xui8>
// CHECK: %[[R:.*]] = quern.storage_cast %[[Q]]
// CHECK: return %[[R]]
func.func @convolution(%x: tensor<1x2x3x3x!a>) -> tensor<1x2x3x3x!y> {
  %wq = onnx.Constant() {value = dense<[[[[1]], [[2]]], [[[-3]], [[4]]]]> : tensor<2x2x1x1xi8>} : () -> tensor<2x2x1x1xi8>
  %bq = onnx.Constant() {value = dense<[5, -12]> : tensor<2xi32>} : () -> tensor<2xi32>
  %ws = quant.scast %wq : tensor<2x2x1x1xi8> to tensor<2x2x1x1x!w>
  %bs = quant.scast %bq : tensor<2xi32> to tensor<2x!b>
  %a = quern.dequantize %x : tensor<1x2x3x3x!a> -> tensor<1x2x3x3xf32>
  %wr = quern.dequantize %ws : tensor<2x2x1x1x!w> -> tensor<2x2x1x1xf32>
  %br = quern.dequantize %bs : tensor<2x!b> -> tensor<2xf32>
  %c = onnx.Conv(%a, %wr, %br) {kernel_shape = array<i64: 1, 1>} : (tensor<1x2x3x3xf32>, tensor<2x2x1x1xf32>, tensor<2xf32>) -> tensor<1x2x3x3xf32>
  %r = onnx.Relu(%c) : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %q = quern.quantize %r : tensor<1x2x3x3xf32> -> tensor<1x2x3x3x!y>
  return %q : tensor<1x2x3x3x!y>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:-1>
!w = !quant.uniform<i8:f32, 0.25>

// A depthwise 1-D convolution; the group and the padding go along; the result leaves as reals.
// CHECK-LABEL: @depthwise
// CHECK: onnx.ConvInteger({{.*}}) {group = 3 : i64, kernel_shape = array<i64: 2>, pads = array<i64: 1, 0>, quern.accumulator_bound
// CHECK: quern.dequantize_accumulator {{.*}} {scales = array<f32: 1.250000e-01>}
func.func @depthwise(%x: tensor<1x3x4x!a>) -> tensor<1x3x4xf32> {
  %none = onnx.NoValue() : () -> none
  %wq = onnx.Constant() {value = dense<7> : tensor<3x1x2xi8>} : () -> tensor<3x1x2xi8>
  %ws = quant.scast %wq : tensor<3x1x2xi8> to tensor<3x1x2x!w>
  %a = quern.dequantize %x : tensor<1x3x4x!a> -> tensor<1x3x4xf32>
  %wr = quern.dequantize %ws : tensor<3x1x2x!w> -> tensor<3x1x2xf32>
  %c = onnx.Conv(%a, %wr, %none) {group = 3 : i64, kernel_shape = array<i64: 2>, pads = array<i64: 1, 0>} : (tensor<1x3x4xf32>, tensor<3x1x2xf32>, none) -> tensor<1x3x4xf32>
  return %c : tensor<1x3x4xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32:0, {0.25, 0.125}>

// The rows of a transposed weight become columns; a float bias is rounded to codes at f32(sa * sw).
// CHECK-LABEL: @gemm
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {value = dense<{{\[\[}}1, 4], [2, 5], [3, 6]]> : tensor<3x2xi8>}
// CHECK-DAG: %[[B:.*]] = onnx.Constant() {value = dense<[8, -16]> : tensor<2xi32>}
// CHECK: %[[ACC:.*]] = onnx.MatMulInteger(%{{.*}}, %[[W]], %{{.*}}, %{{.*}})
// CHECK: %[[SUM:.*]] = onnx.Add(%[[ACC]], %[[B]])
// CHECK: quern.dequantize_accumulator %[[SUM]] {axis = 1 : i64, scales = array<f32: 1.250000e-01, 6.250000e-02>}
func.func @gemm(%x: tensor<4x3x!a>) -> tensor<4x2xf32> {
  %wq = onnx.Constant() {value = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>} : () -> tensor<2x3xi8>
  %b = onnx.Constant() {value = dense<[1.0, -1.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %ws = quant.scast %wq : tensor<2x3xi8> to tensor<2x3x!w>
  %a = quern.dequantize %x : tensor<4x3x!a> -> tensor<4x3xf32>
  %wr = quern.dequantize %ws : tensor<2x3x!w> -> tensor<2x3xf32>
  %c = onnx.Gemm(%a, %wr, %b) {transB = 1 : i64} : (tensor<4x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return %c : tensor<4x2xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!b = !quant.uniform<u8:f32, 0.25:7>

// Two activations: the bound comes from the types, 16 * 252 * 248.
// CHECK-LABEL: @activations
// CHECK-DAG: %[[ZA:.*]] = onnx.Constant() {value = dense<3> : tensor<ui8>}
// CHECK-DAG: %[[ZB:.*]] = onnx.Constant() {value = dense<7> : tensor<ui8>}
// CHECK: onnx.MatMulInteger(%{{.*}}, %{{.*}}, %[[ZA]], %[[ZB]]) {quern.accumulator_bound = 999936 : i64}
func.func @activations(%x: tensor<2x4x16x!a>, %y: tensor<2x16x5x!b>) -> tensor<2x4x5xf32> {
  %a = quern.dequantize %x : tensor<2x4x16x!a> -> tensor<2x4x16xf32>
  %b = quern.dequantize %y : tensor<2x16x5x!b> -> tensor<2x16x5xf32>
  %c = onnx.MatMul(%a, %b) : (tensor<2x4x16xf32>, tensor<2x16x5xf32>) -> tensor<2x4x5xf32>
  return %c : tensor<2x4x5xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32:1, {0.25, 0.125}>

// A bias that the model adds with a node of its own.
// CHECK-LABEL: @biasBehind
// CHECK: %[[ACC:.*]] = onnx.MatMulInteger
// CHECK: onnx.Add(%[[ACC]], %{{.*}}) {{.*}}(tensor<1x4x2xi32>, tensor<2xi32>) -> tensor<1x4x2xi32>
// CHECK: quern.requantize
// CHECK-NOT: onnx.Add
func.func @biasBehind(%x: tensor<1x4x3x!a>) -> tensor<1x4x2x!a> {
  %wq = onnx.Constant() {value = dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi8>} : () -> tensor<3x2xi8>
  %b = onnx.Constant() {value = dense<[1.0, -1.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %ws = quant.scast %wq : tensor<3x2xi8> to tensor<3x2x!w>
  %a = quern.dequantize %x : tensor<1x4x3x!a> -> tensor<1x4x3xf32>
  %wr = quern.dequantize %ws : tensor<3x2x!w> -> tensor<3x2xf32>
  %c = onnx.MatMul(%a, %wr) : (tensor<1x4x3xf32>, tensor<3x2xf32>) -> tensor<1x4x2xf32>
  %s = onnx.Add(%b, %c) : (tensor<2xf32>, tensor<1x4x2xf32>) -> tensor<1x4x2xf32>
  %q = quern.quantize %s : tensor<1x4x2xf32> -> tensor<1x4x2x!a>
  return %q : tensor<1x4x2x!a>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<u8:f32:1, {0.25:100, 0.125:200}>

// Asymmetric weights have zero points of their own; Relu on what leaves as reals is exact on the accumulator.
// CHECK-LABEL: @asymmetric
// CHECK-DAG: %[[ZW:.*]] = onnx.Constant() {value = dense<[100, 200]> : tensor<2xui8>}
// CHECK: %[[ACC:.*]] = onnx.MatMulInteger(%{{.*}}, %{{.*}}, %{{.*}}, %[[ZW]])
// CHECK: %[[R:.*]] = onnx.Relu(%[[ACC]]) : (tensor<4x2xi32>) -> tensor<4x2xi32>
// CHECK: quern.dequantize_accumulator %[[R]]
func.func @asymmetric(%x: tensor<4x3x!a>) -> tensor<4x2xf32> {
  %wq = onnx.Constant() {value = dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xui8>} : () -> tensor<3x2xui8>
  %ws = quern.storage_cast %wq : tensor<3x2xui8> -> tensor<3x2x!w>
  %a = quern.dequantize %x : tensor<4x3x!a> -> tensor<4x3xf32>
  %wr = quern.dequantize %ws : tensor<3x2x!w> -> tensor<3x2xf32>
  %c = onnx.MatMul(%a, %wr) : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  %r = onnx.Relu(%c) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return %r : tensor<4x2xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<u4:f32:1, {0.25:8, 0.125:2}>

// Codes less their zero points that i8 holds are stored so: 4-bit weights always are.
// CHECK-LABEL: @narrow
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {value = dense<{{\[}}[-7, 0], [-5, 2], [-3, 13]]> : tensor<3x2xi8>}
// CHECK-DAG: %[[NONE:.*]] = onnx.NoValue
// CHECK: onnx.MatMulInteger(%{{.*}}, %[[W]], %{{.*}}, %[[NONE]])
func.func @narrow(%x: tensor<4x3x!a>) -> tensor<4x2xf32> {
  %wq = onnx.Constant() {value = dense<[[1, 2], [3, 4], [5, 15]]> : tensor<3x2xui4>} : () -> tensor<3x2xui4>
  %ws = quern.storage_cast %wq : tensor<3x2xui4> -> tensor<3x2x!w>
  %a = quern.dequantize %x : tensor<4x3x!a> -> tensor<4x3xf32>
  %wr = quern.dequantize %ws : tensor<3x2x!w> -> tensor<3x2xf32>
  %c = onnx.MatMul(%a, %wr) : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  return %c : tensor<4x2xf32>
}
