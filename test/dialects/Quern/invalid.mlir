// RUN: quern-opt %s --split-input-file --verify-diagnostics
// One function per constraint, named op_label.

// expected-error@+1 {{expected finite bounds}}
func.func private @range_C1(tensor<f32> {quern.range = #quern.range<-1.0, 0x7FF0000000000000>})

// -----

// expected-error@+1 {{expected a range whose minimum does not exceed its maximum, got 2.000000e+00 and 1.000000e+00}}
func.func private @range_C2(tensor<f32> {quern.range = #quern.range<2.0, 1.0>})

// -----

// expected-error@+1 {{expected a format of 2 to 32 bits, got 1}}
func.func private @format_C1() attributes {a = #quern.format<u1>}

// -----

// expected-error@+1 {{expected a format such as u8 or s8, not 'x8'}}
func.func private @format_spelling() attributes {a = #quern.format<x8>}

// -----

// expected-error@+1 {{expected a positive group size for groups only, got 0}}
func.func private @granularity_C1() attributes {a = #quern.granularity<group = 0>}

// -----

func.func @quantize_C1(%x: tensor<4xf32>) {
  // expected-error@+1 {{expected operand and result of one shape}}
  %0 = quern.quantize %x : tensor<4xf32> -> tensor<5x!quant.uniform<u8:f32, 0.5:128>>
  return
}

// -----

func.func @quantize_C2(%x: tensor<4xf32>) {
  // expected-error@+1 {{expected the expressed type 'f16' to be the real element type 'f32'}}
  %0 = quern.quantize %x : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f16, 0.5:128>>
  return
}

// -----

func.func @quantize_C3_channels(%x: tensor<4xf32>) {
  // expected-error@+1 {{expected one scale per channel: dimension 0 has size 4, the type has 2 scales}}
  %0 = quern.quantize %x : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32:0, {0.5, 0.25}>>
  return
}

// -----

func.func @dequantize_C1(%x: tensor<5x!quant.uniform<u8:f32, 0.5:128>>) {
  // expected-error@+1 {{expected operand and result of one shape}}
  %0 = quern.dequantize %x : tensor<5x!quant.uniform<u8:f32, 0.5:128>> -> tensor<4xf32>
  return
}

// -----

func.func @dequantize_C3_rank(%x: tensor<4x!quant.uniform<u8:f32:1, {0.5, 0.25}>>) {
  // expected-error@+1 {{expected a quantized dimension below rank 1, got 1}}
  %0 = quern.dequantize %x : tensor<4x!quant.uniform<u8:f32:1, {0.5, 0.25}>> -> tensor<4xf32>
  return
}

// -----

func.func @dequantize_C3_blocks(%x: tensor<3x!quant.uniform<i8:f32:{0:2}, {0.5, 0.25}>>) {
  // expected-error@+1 {{expected blocks of 2 to divide dimension 0 of size 3}}
  %0 = quern.dequantize %x : tensor<3x!quant.uniform<i8:f32:{0:2}, {0.5, 0.25}>> -> tensor<3xf32>
  return
}

// -----

func.func @storage_cast_C1(%x: tensor<4xui8>) {
  // expected-error@+1 {{expected operand and result of one shape}}
  %0 = quern.storage_cast %x : tensor<4xui8> -> tensor<5x!quant.uniform<u8:f32, 0.5:128>>
  return
}

// -----

func.func @storage_cast_C2_both(%x: tensor<4xui8>) {
  // expected-error@+1 {{expected one quantized and one integer type}}
  %0 = quern.storage_cast %x : tensor<4xui8> -> tensor<4xui8>
  return
}

// -----

func.func @storage_cast_C2_sign(%x: tensor<4xi8>) {
  // expected-error@+1 {{expected storage 'ui8', got 'i8'}}
  %0 = quern.storage_cast %x : tensor<4xi8> -> tensor<4x!quant.uniform<u8:f32, 0.5:128>>
  return
}

// -----

func.func @edge_transform_C1(%x: tensor<1x2xf32>) {
  // expected-error@+1 {{expected an axis within the rank}}
  %0 = quern.edge_transform %x {axis = 2 : i64, scale = array<f32: 1.0>, shift = array<f32: 0.0>} : tensor<1x2xf32>
  return
}

// -----

func.func @edge_transform_C2(%x: tensor<1x2xf32>) {
  // expected-error@+1 {{expected one scale and one shift per channel, got 1 and 1}}
  %0 = quern.edge_transform %x {axis = 1 : i64, scale = array<f32: 1.0>, shift = array<f32: 0.0>} : tensor<1x2xf32>
  return
}

// -----

func.func @edge_transform_C3(%x: tensor<1x1xf32>) {
  // expected-error@+1 {{expected finite and positive scales}}
  %0 = quern.edge_transform %x {axis = 1 : i64, scale = array<f32: 0.0>, shift = array<f32: 0.0>} : tensor<1x1xf32>
  return
}

// -----

func.func @observe_C1(%x: tensor<1x1xf32>) {
  // expected-error@+1 {{expected a name for the observed value}}
  %0 = quern.observe %x, "" : tensor<1x1xf32>
  return
}

// -----

func.func @requantize_C1(%x: tensor<1x2xi32>) {
  // expected-error@+1 {{expected one value in 'multipliers' where there is no axis, got 2}}
  %0 = quern.requantize %x {multipliers = array<f32: 0.5, 0.5>, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : tensor<1x2xi32> -> tensor<1x2xui8>
  return
}

// -----

func.func @requantize_C2(%x: tensor<1x2xi32>) {
  // expected-error@+1 {{expected finite and positive 'multipliers'}}
  %0 = quern.requantize %x {multipliers = array<f32: -0.5>, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : tensor<1x2xi32> -> tensor<1x2xui8>
  return
}

// -----

func.func @requantize_Q1(%x: tensor<1x2xi32>) {
  // expected-error@+1 {{expected bounds within 'i8', got 0 and 255}}
  %0 = quern.requantize %x {multipliers = array<f32: 0.5>, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : tensor<1x2xi32> -> tensor<1x2xi8>
  return
}

// -----

func.func @requantize_Q2(%x: tensor<1x2xi32>) {
  // expected-error@+1 {{expected min not above max, got 9 and 3}}
  %0 = quern.requantize %x {multipliers = array<f32: 0.5>, zero_point = 0 : i64, min = 9 : i64, max = 3 : i64} : tensor<1x2xi32> -> tensor<1x2xi8>
  return
}

// -----

func.func @requantize_Q3(%x: tensor<1x2xi32>) {
  // expected-error@+1 {{expected a zero point within 'i8', got 128}}
  %0 = quern.requantize %x {multipliers = array<f32: 0.5>, zero_point = 128 : i64, min = 0 : i64, max = 3 : i64} : tensor<1x2xi32> -> tensor<1x2xi8>
  return
}

// -----

func.func @dequantize_accumulator_C1(%x: tensor<1x2xi32>) {
  // expected-error@+1 {{expected 2 values in 'scales', got 1}}
  %0 = quern.dequantize_accumulator %x {axis = 1 : i64, scales = array<f32: 0.5>} : tensor<1x2xi32> -> tensor<1x2xf32>
  return
}

// -----

func.func @lut_C1(%x: tensor<2xui8>) {
  // expected-error@+1 {{expected a table of 256 'i8', got 'tensor<256xui8>'}}
  %0 = quern.lut %x {table = dense<0> : tensor<256xui8>} : tensor<2xui8> -> tensor<2xi8>
  return
}

// -----

func.func @qlinear_add_C1(%a: tensor<4xui8>, %b: tensor<3xui8>) {
  // expected-error@+1 {{expected operands that broadcast to the result}}
  %0 = quern.qlinear_add %a, %b {a_zero_point = 1 : i64, b_zero_point = 2 : i64, a_multiplier = 0.5 : f32, b_multiplier = 0.25 : f32, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : (tensor<4xui8>, tensor<3xui8>) -> tensor<4xui8>
  return
}

// -----

func.func @qlinear_add_C2(%a: tensor<4xui8>) {
  // expected-error@+1 {{expected a finite and positive multiplier}}
  %0 = quern.qlinear_add %a, %a {a_zero_point = 1 : i64, b_zero_point = 2 : i64, a_multiplier = 0.5 : f32, b_multiplier = 0.0 : f32, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  return
}

// -----

func.func @qlinear_mul_C3(%a: tensor<4xui8>) {
  // expected-error@+1 {{expected an operand's zero point within 'ui8', got -1}}
  %0 = quern.qlinear_mul %a, %a {a_zero_point = -1 : i64, b_zero_point = 2 : i64, multiplier = 0.5 : f32, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  return
}

// -----

func.func @qlinear_average_pool_C1(%a: tensor<1x3x8xui8>) {
  // expected-error@+1 {{expected 1 positive values in kernel_shape, strides and dilations}}
  %0 = quern.qlinear_average_pool %a {kernel_shape = array<i64: 0>, strides = array<i64: 2>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, count_include_pad = false, input_zero_point = 1 : i64, multiplier = 1.0 : f32, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : tensor<1x3x8xui8> -> tensor<1x3x4xui8>
  return
}

// -----

func.func @qlinear_average_pool_C2(%a: tensor<1x3x8xui8>) {
  // expected-error@+1 {{expected a window that gives size 5 from size 8 in dimension 2}}
  %0 = quern.qlinear_average_pool %a {kernel_shape = array<i64: 2>, strides = array<i64: 2>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, count_include_pad = false, input_zero_point = 1 : i64, multiplier = 1.0 : f32, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : tensor<1x3x8xui8> -> tensor<1x3x5xui8>
  return
}

// -----

func.func @qlinear_global_average_pool_C1(%a: tensor<1x3x8xui8>) {
  // expected-error@+1 {{expected distinct ascending axes within the rank}}
  %0 = quern.qlinear_global_average_pool %a {axes = array<i64: 2, 2>, keep_dims = true, input_zero_point = 1 : i64, multiplier = 1.0 : f32, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : tensor<1x3x8xui8> -> tensor<1x3x1xui8>
  return
}

// -----

func.func @qlinear_global_average_pool_C2(%a: tensor<1x3x8xui8>) {
  // expected-error@+1 {{expected a result of the operand's shape without the axes}}
  %0 = quern.qlinear_global_average_pool %a {axes = array<i64: 2>, keep_dims = false, input_zero_point = 1 : i64, multiplier = 1.0 : f32, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : tensor<1x3x8xui8> -> tensor<1x3x1xui8>
  return
}

// -----

func.func @qlinear_global_average_pool_C5(%a: tensor<1x3x10000000xui8>) {
  // expected-error@+1 {{expected a sum of at most 8421504 codes, got 10000000}}
  %0 = quern.qlinear_global_average_pool %a {axes = array<i64: 2>, keep_dims = true, input_zero_point = 1 : i64, multiplier = 1.0 : f32, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : tensor<1x3x10000000xui8> -> tensor<1x3x1xui8>
  return
}

// -----

func.func @qlinear_softmax_C1(%a: tensor<1x3xui8>) {
  // expected-error@+1 {{expected an axis within the rank}}
  %0 = quern.qlinear_softmax %a {axis = 2 : i64, table = dense<4194304> : tensor<256xi32>} : tensor<1x3xui8> -> tensor<1x3xf32>
  return
}

// -----

func.func @qlinear_softmax_C2(%a: tensor<1x3xui8>) {
  // expected-error@+1 {{expected a table that starts at 4194304}}
  %0 = quern.qlinear_softmax %a {axis = 1 : i64, table = dense<1> : tensor<256xi32>} : tensor<1x3xui8> -> tensor<1x3xf32>
  return
}

// -----

func.func @qlinear_softmax_C3(%a: tensor<1x3xui8>) {
  // expected-error@+1 {{expected output_scale, zero_point, min and max exactly where the result holds codes}}
  %0 = quern.qlinear_softmax %a {axis = 1 : i64, table = dense<4194304> : tensor<256xi32>} : tensor<1x3xui8> -> tensor<1x3xui8>
  return
}

// -----

func.func @qlinear_softmax_C4(%a: tensor<1x3xui8>) {
  // expected-error@+1 {{expected zero_point, min and max within 'ui8' and in order}}
  %0 = quern.qlinear_softmax %a {axis = 1 : i64, table = dense<4194304> : tensor<256xi32>, output_scale = 0.5 : f32, zero_point = 0 : i64, min = -1 : i64, max = 255 : i64} : tensor<1x3xui8> -> tensor<1x3xui8>
  return
}

// -----

func.func @grouped_matmul_C1(%x: tensor<1x5xui8>, %w: tensor<5x2xi8>, %s: tensor<2x2xf32>) {
  // expected-error@+1 {{expected scales [3, 2] and a bias [2]}}
  %0 = quern.grouped_matmul %x, %w, %s {group_size = 2 : i64} : tensor<1x5xui8>, tensor<5x2xi8>, tensor<2x2xf32> -> tensor<1x2xf32>
  return
}

// -----

func.func @grouped_matmul_C2(%x: tensor<1x5xui8>, %w: tensor<5x2xi8>, %s: tensor<3x2xf32>) {
  // expected-error@+1 {{expected a result of the operand's shape with 2 columns}}
  %0 = quern.grouped_matmul %x, %w, %s {group_size = 2 : i64} : tensor<1x5xui8>, tensor<5x2xi8>, tensor<3x2xf32> -> tensor<1x3xf32>
  return
}

// -----

func.func @dynamic_quantize_C1(%x: tensor<2x4xf32>) {
  // expected-error@+1 {{expected tensors of one shape of at least one dimension}}
  %q, %s, %z = quern.dynamic_quantize %x : tensor<2x4xf32> -> tensor<2x3xui8>, tensor<2x1xf32>, tensor<2x1xui8>
  return
}

// -----

func.func @dynamic_quantize_C2(%x: tensor<2x4xf32>) {
  // expected-error@+1 {{with 1 for the last dimension, got 'tensor<1x4xf32>'}}
  %q, %s, %z = quern.dynamic_quantize %x : tensor<2x4xf32> -> tensor<2x4xui8>, tensor<1x4xf32>, tensor<2x1xui8>
  return
}

// -----

func.func @dequantize_rows_C1(%q: tensor<ui8>, %s: tensor<1xf32>, %z: tensor<1xui8>) {
  // expected-error@+1 {{expected tensors of one shape of at least one dimension}}
  %0 = quern.dequantize_rows %q, %s, %z : tensor<ui8>, tensor<1xf32>, tensor<1xui8> -> tensor<f32>
  return
}

// -----

func.func @dequantize_rows_C2(%q: tensor<2x4xui8>, %s: tensor<2x1xf32>, %z: tensor<2xui8>) {
  // expected-error@+1 {{with 1 for the last dimension, got 'tensor<2xui8>'}}
  %0 = quern.dequantize_rows %q, %s, %z : tensor<2x4xui8>, tensor<2x1xf32>, tensor<2xui8> -> tensor<2x4xf32>
  return
}

// -----

func.func @dequantize_row_accumulator_C1(%a: tensor<2x3xi32>, %s: tensor<2x1xf32>, %z: tensor<2x1xui8>) {
  // expected-error@+1 {{expected tensors of one shape of at least one dimension}}
  %0 = quern.dequantize_row_accumulator %a, %s, %z {weight_scales = array<f32: 0.5>, column_sums = array<i32: 1, 2, 3>} : tensor<2x3xi32>, tensor<2x1xf32>, tensor<2x1xui8> -> tensor<3x2xf32>
  return
}

// -----

func.func @dequantize_row_accumulator_C2(%a: tensor<2x3xi32>, %s: tensor<3x1xf32>, %z: tensor<2x1xui8>) {
  // expected-error@+1 {{with 1 for the last dimension, got 'tensor<3x1xf32>'}}
  %0 = quern.dequantize_row_accumulator %a, %s, %z {weight_scales = array<f32: 0.5>, column_sums = array<i32: 1, 2, 3>} : tensor<2x3xi32>, tensor<3x1xf32>, tensor<2x1xui8> -> tensor<2x3xf32>
  return
}

// -----

func.func @dequantize_row_accumulator_C3(%a: tensor<2x3xi32>, %s: tensor<2x1xf32>, %z: tensor<2x1xui8>) {
  // expected-error@+1 {{expected 3 column sums, one weight scale or 3, and no bias or 3, got 2, 1 and 0}}
  %0 = quern.dequantize_row_accumulator %a, %s, %z {weight_scales = array<f32: 0.5>, column_sums = array<i32: 1, 2>} : tensor<2x3xi32>, tensor<2x1xf32>, tensor<2x1xui8> -> tensor<2x3xf32>
  return
}

// -----

func.func @dequantize_row_accumulator_C4(%a: tensor<2x3xi32>, %s: tensor<2x1xf32>, %z: tensor<2x1xui8>) {
  // expected-error@+1 {{expected finite, positive weight scales and finite biases}}
  %0 = quern.dequantize_row_accumulator %a, %s, %z {weight_scales = array<f32: 0.0>, column_sums = array<i32: 1, 2, 3>} : tensor<2x3xi32>, tensor<2x1xf32>, tensor<2x1xui8> -> tensor<2x3xf32>
  return
}

// -----

func.func @row_scales_C1(%x: tensor<4xf32>) {
  // expected-error@+1 {{expected onnx.MatMul or onnx.Gemm whose first operand has rows}}
  %0 = onnx.Relu(%x) {quern.row_scales} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @row_scales_C2(%x: tensor<4x4xf32>) {
  // expected-error@+1 {{expected quern.row_scales without a value}}
  %0 = onnx.MatMul(%x, %x) {quern.row_scales = 1 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return
}
