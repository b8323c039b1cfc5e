// RUN: quern-opt %s --quern-insert-quantization --split-input-file --verify-diagnostics
#act = #quern.precision<activations = <u8, tensor, asymmetric>>

func.func @range_unknown(%x: tensor<2x2xf32> {onnx.name = "x"}) -> tensor<2x2xf32> {
  // expected-error@+1 {{the range of 'x' is unknown: calibrate the model first}}
  %1 = onnx.MatMul(%x, %x) {quern.precision = #act} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// -----
#act = #quern.precision<activations = <u8, tensor, asymmetric>>

func.func @beyond_float32(%x: tensor<2x2xf32> {quern.range = #quern.range<-1.0, 1.0e+300>}) -> tensor<2x2xf32> {
  // expected-error@+1 {{beyond the range of float32}}
  %1 = onnx.MatMul(%x, %x) {quern.precision = #act} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// -----
#u = #quern.precision<activations = <u8, tensor, asymmetric>>
#s = #quern.precision<activations = <s8, tensor, asymmetric>>

func.func @formats_differ(%x: tensor<1x2xf32> {quern.range = #quern.range<-1.0, 2.0>},
                          %y: tensor<1x2xf32> {quern.range = #quern.range<0.0, 4.0>}) -> tensor<4xf32> {
  %0 = onnx.Concat(%x, %y) {axis = 1 : i64, quern.precision = #u} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  %shape = onnx.Constant() {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  // expected-error@+1 {{shares a scale with nodes of another activation format}}
  %1 = onnx.Mul(%x, %y) {quern.precision = #s, quern.ranges = [#quern.range<0.0, 1.0>]} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %2 = onnx.Concat(%1, %y) {axis = 1 : i64, quern.precision = #u} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  %3 = onnx.Reshape(%2, %shape) : (tensor<1x4xf32>, tensor<1xi64>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
}
