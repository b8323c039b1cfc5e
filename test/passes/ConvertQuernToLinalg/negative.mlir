// RUN: quern-opt --split-input-file --verify-diagnostics --quern-convert-quern-to-linalg %s

func.func @dynamicShape(%acc: tensor<?xi32>) -> tensor<?xf32> {
  // expected-error @+1 {{failed to legalize operation 'quern.dequantize_accumulator'}}
  %y = quern.dequantize_accumulator %acc {scales = array<f32: 0.5>} : tensor<?xi32> -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

func.func @codesBeyond16Bits(%x: tensor<4xf32>) -> tensor<4xi32> {
  // expected-error @+1 {{failed to legalize operation 'quern.quantize'}}
  %q = quern.quantize %x : tensor<4xf32> -> tensor<4x!quant.uniform<i32:f32, 0.5>>
  %i = quant.scast %q : tensor<4x!quant.uniform<i32:f32, 0.5>> to tensor<4xi32>
  return %i : tensor<4xi32>
}
