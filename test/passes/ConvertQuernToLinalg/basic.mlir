// RUN: quern-opt %s --quern-convert-quern-to-linalg | FileCheck %s

// Codes become signless integers, in the signature too; attributes of arguments and results stay.
// CHECK-LABEL: func.func @requantize
// CHECK-SAME: (%[[ACC:.*]]: tensor<4xi32> {onnx.name = "x"}) -> (tensor<4xi8> {onnx.name = "y"})
// CHECK: linalg.generic {{.*}} ins(%[[ACC]] : tensor<4xi32>)
// CHECK: ^bb0(%[[IN:.*]]: i32, %{{.*}}: i8):
// CHECK: %[[REAL:.*]] = arith.sitofp %[[IN]] : i32 to f32
// CHECK: %[[M:.*]] = arith.constant 5.000000e-01 : f32
// CHECK: %[[SCALED:.*]] = arith.mulf %[[REAL]], %[[M]] : f32
// CHECK-DAG: %[[LOW:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG: %[[HIGH:.*]] = arith.constant 2.520000e+02 : f32
// CHECK: %[[RAISED:.*]] = arith.maximumf %[[SCALED]], %[[LOW]] : f32
// CHECK: %[[CLAMPED:.*]] = arith.minimumf %[[RAISED]], %[[HIGH]] : f32
// CHECK: %[[ROUNDED:.*]] = math.roundeven %[[CLAMPED]] : f32
// CHECK: %[[INTEGER:.*]] = arith.fptosi %[[ROUNDED]] : f32 to i32
// CHECK: %[[CODE:.*]] = arith.addi %[[INTEGER]], %{{.*}} : i32
// CHECK: arith.trunci %[[CODE]] : i32 to i8
func.func @requantize(%acc: tensor<4xi32> {onnx.name = "x"}) -> (tensor<4xui8> {onnx.name = "y"}) {
  %q = quern.requantize %acc {multipliers = array<f32: 0.5>, zero_point = 3 : i64, min = 3 : i64, max = 255 : i64} : tensor<4xi32> -> tensor<4xui8>
  return %q : tensor<4xui8>
}

// Multipliers that differ are a table, read along their axis.
// CHECK-LABEL: func.func @perAxis
// CHECK: arith.constant dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>
// CHECK: linalg.generic {indexing_maps = [#[[ALL:.*]], #[[AXIS:.*]], #[[ALL]]]
func.func @perAxis(%acc: tensor<1x2x4xi32>) -> tensor<1x2x4xf32> {
  %y = quern.dequantize_accumulator %acc {axis = 1 : i64, scales = array<f32: 0.5, 0.25>} : tensor<1x2x4xi32> -> tensor<1x2x4xf32>
  return %y : tensor<1x2x4xf32>
}

// A NaN of the user becomes the lowest code: the comparison is false for it.
// CHECK-LABEL: func.func @quantize
// CHECK: arith.divf
// CHECK: arith.cmpf ogt
// CHECK: arith.select
// CHECK: arith.minimumf
// CHECK: math.roundeven
// CHECK-NOT: quern.
func.func @quantize(%x: tensor<4xf32>) -> tensor<4xui8> {
  %q = quern.quantize %x : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 0.5:128>>
  %u = quern.storage_cast %q : tensor<4x!quant.uniform<u8:f32, 0.5:128>> -> tensor<4xui8>
  return %u : tensor<4xui8>
}

// CHECK-LABEL: func.func @dequantize
// CHECK: arith.extsi
// CHECK: arith.subi
// CHECK: arith.sitofp
// CHECK: arith.mulf
func.func @dequantize(%x: tensor<4xi8>) -> tensor<4xf32> {
  %q = quant.scast %x : tensor<4xi8> to tensor<4x!quant.uniform<i8:f32, 0.5:12>>
  %y = quern.dequantize %q : tensor<4x!quant.uniform<i8:f32, 0.5:12>> -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// Blocks split their dimension in two.
// CHECK-LABEL: func.func @blocks
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] output_shape [2, 2, 4]
// CHECK: tensor.collapse_shape
func.func @blocks(%x: tensor<2x8xi8>) -> tensor<2x8xf32> {
  %q = quant.scast %x : tensor<2x8xi8> to tensor<2x8x!quant.uniform<i8:f32:{0:1, 1:4}, {{0.5, 0.25}, {2.0, 4.0}}>>
  %y = quern.dequantize %q : tensor<2x8x!quant.uniform<i8:f32:{0:1, 1:4}, {{0.5, 0.25}, {2.0, 4.0}}>> -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @lut
// CHECK: arith.constant dense<7> : tensor<256xi8>
// CHECK: arith.xori
// CHECK: arith.index_castui
// CHECK: tensor.extract
func.func @lut(%x: tensor<4xi8>) -> tensor<4xui8> {
  %y = quern.lut %x {table = dense<7> : tensor<256xui8>} : tensor<4xi8> -> tensor<4xui8>
  return %y : tensor<4xui8>
}

// Padding holds the zero point and contributes nothing; positions at the border average fewer codes.
// CHECK-LABEL: func.func @averagePool
// CHECK: tensor.pad
// CHECK: dense<[2.500000e-01, 5.000000e-01]> : tensor<2xf32>
func.func @averagePool(%x: tensor<1x1x3xui8>) -> tensor<1x1x2xui8> {
  %y = quern.qlinear_average_pool %x {kernel_shape = array<i64: 2>, strides = array<i64: 2>, pads = array<i64: 0, 1>, dilations = array<i64: 1>, count_include_pad = false, input_zero_point = 1 : i64, multiplier = 0.5 : f32, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : tensor<1x1x3xui8> -> tensor<1x1x2xui8>
  return %y : tensor<1x1x2xui8>
}

// CHECK-LABEL: func.func @edgeTransform
// CHECK: arith.subf
// CHECK: arith.divf
func.func @edgeTransform(%x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %y = quern.edge_transform %x {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 1.0>} : tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// Ops of other dialects keep their types, joined by casts that the lowering of those ops removes.
// CHECK-LABEL: func.func @others
// CHECK: builtin.unrealized_conversion_cast %{{.*}} : tensor<4xi8> to tensor<4xui8>
// CHECK: onnx.Transpose
func.func @others(%x: tensor<4xui8>) -> tensor<4xui8> {
  %y = onnx.Transpose(%x) {perm = array<i64: 0>} : (tensor<4xui8>) -> tensor<4xui8>
  return %y : tensor<4xui8>
}
