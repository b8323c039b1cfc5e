// RUN: quern-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @quantize_of_dequantize
// CHECK-SAME: %[[Q:.*]]: tensor
// CHECK-NEXT: return %[[Q]]
func.func @quantize_of_dequantize(%q: tensor<4x!quant.uniform<u8:f32, 0.1:3>>) -> tensor<4x!quant.uniform<u8:f32, 0.1:3>> {
  %0 = quern.dequantize %q : tensor<4x!quant.uniform<u8:f32, 0.1:3>> -> tensor<4xf32>
  %1 = quern.quantize %0 : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 0.1:3>>
  return %1 : tensor<4x!quant.uniform<u8:f32, 0.1:3>>
}

// Another scale is another code.
// CHECK-LABEL: func.func @other_scale
// CHECK: quern.dequantize
// CHECK: quern.quantize
func.func @other_scale(%q: tensor<4x!quant.uniform<u8:f32, 0.1:3>>) -> tensor<4x!quant.uniform<u8:f32, 0.2:3>> {
  %0 = quern.dequantize %q : tensor<4x!quant.uniform<u8:f32, 0.1:3>> -> tensor<4xf32>
  %1 = quern.quantize %0 : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 0.2:3>>
  return %1 : tensor<4x!quant.uniform<u8:f32, 0.2:3>>
}

// i32 codes exceed the 24 bits of f32, so the round trip may change them.
// CHECK-LABEL: func.func @wide_codes
// CHECK: quern.dequantize
// CHECK: quern.quantize
func.func @wide_codes(%q: tensor<4x!quant.uniform<i32:f32, 0.1>>) -> tensor<4x!quant.uniform<i32:f32, 0.1>> {
  %0 = quern.dequantize %q : tensor<4x!quant.uniform<i32:f32, 0.1>> -> tensor<4xf32>
  %1 = quern.quantize %0 : tensor<4xf32> -> tensor<4x!quant.uniform<i32:f32, 0.1>>
  return %1 : tensor<4x!quant.uniform<i32:f32, 0.1>>
}

// CHECK-LABEL: func.func @storage_casts
// CHECK-SAME: %[[U:.*]]: tensor
// CHECK-NEXT: return %[[U]]
func.func @storage_casts(%u: tensor<4xui8>) -> tensor<4xui8> {
  %0 = quern.storage_cast %u : tensor<4xui8> -> tensor<4x!quant.uniform<u8:f32, 0.1:3>>
  %1 = quern.storage_cast %0 : tensor<4x!quant.uniform<u8:f32, 0.1:3>> -> tensor<4xui8>
  return %1 : tensor<4xui8>
}

// CHECK-LABEL: func.func @identity_transform
// CHECK-SAME: %[[X:.*]]: tensor
// CHECK-NEXT: return %[[X]]
func.func @identity_transform(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %0 = quern.edge_transform %x {axis = 1 : i64, scale = array<f32: 1.0, 1.0>, shift = array<f32: 0.0, 0.0>} : tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// An observed value is kept although nothing uses it.
// CHECK-LABEL: func.func @observe_stays
// CHECK-NEXT: quern.observe
func.func @observe_stays(%x: tensor<1x2xf32>) {
  %0 = quern.observe %x, "x" : tensor<1x2xf32>
  return
}

// CHECK-LABEL: func.func @two_tables
// CHECK-SAME: %[[Q:.*]]: tensor
// CHECK-NEXT: %[[R:.*]] = quern.lut %[[Q]] {table = dense<9> : tensor<256xi8>} : tensor<4xui8> -> tensor<4xi8>
// CHECK-NEXT: return %[[R]]
func.func @two_tables(%q: tensor<4xui8>) -> tensor<4xi8> {
  %0 = quern.lut %q {table = dense<7> : tensor<256xui8>} : tensor<4xui8> -> tensor<4xui8>
  %1 = quern.lut %0 {table = dense<9> : tensor<256xi8>} : tensor<4xui8> -> tensor<4xi8>
  return %1 : tensor<4xi8>
}

// Chains of edge transforms are one: z = z1 + s1 z2, s = s1 s2.
// CHECK-LABEL: func.func @composed_edge_transforms
// CHECK: quern.edge_transform %arg0 {axis = 1 : i64, provenance = ["a", "b"], scale = array<f32: 4.000000e+00, 8.000000e+00>, shift = array<f32: 3.000000e+00, 5.000000e+00>}
func.func @composed_edge_transforms(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %0 = quern.edge_transform %x {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 1.0, 1.0>, provenance = ["a"]} : tensor<1x2xf32>
  %1 = quern.edge_transform %0 {axis = 1 : i64, scale = array<f32: 2.0, 2.0>, shift = array<f32: 1.0, 1.0>, provenance = ["b"]} : tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}
