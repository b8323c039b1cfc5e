// Everything that cannot be lowered is reported in one run.
// RUN: quern-opt %s --quern-convert-onnx-to-linalg --split-input-file --verify-diagnostics

func.func @main(%x: tensor<4xf32>, %d: tensor<4xf64>, %axes: tensor<1xi64>) -> (tensor<4xf64>, tensor<1xf32>, tensor<4xf32>) {
  // expected-error @+1 {{expected elements that are float16, bfloat16 or float}}
  %0 = onnx.Exp(%d) : (tensor<4xf64>) -> tensor<4xf64>
  // expected-error @+1 {{expected axes to be constant}}
  %1 = onnx.ReduceSum(%x, %axes) : (tensor<4xf32>, tensor<1xi64>) -> tensor<1xf32>
  // expected-error @+1 {{this operator has no lowering}}
  %2 = onnx.Bernoulli(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0, %1, %2 : tensor<4xf64>, tensor<1xf32>, tensor<4xf32>
}

// -----

// expected-error @+1 {{symbolic dimension 'batch' of input 'x' must be bound with --dim batch=N}}
func.func @main(%x: tensor<?x4xf32> {onnx.name = "x", onnx.dims = ["batch", ""]}) -> tensor<?x4xf32> {
  %0 = onnx.Relu(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// -----

func.func @main(%x: tensor<5xf32>) -> tensor<1xf32> {
  %i = onnx.Constant() {value = dense<5> : tensor<1xi64>} : () -> tensor<1xi64>
  // expected-error @+1 {{expected indices of at least -5 and less than 5}}
  %0 = onnx.Gather(%x, %i) : (tensor<5xf32>, tensor<1xi64>) -> tensor<1xf32>
  return %0 : tensor<1xf32>
}
