// RUN: quern-opt %s --quern-infer-shapes --split-input-file --verify-diagnostics

// Found only once shapes have flowed; every misfit is reported.
func.func @all_misfits_are_reported(%x: tensor<2x3xf32>, %y: tensor<4x5xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %0 = onnx.Relu(%x) : (tensor<2x3xf32>) -> tensor<*xf32>
  // expected-error @+1 {{(C8) the contracted dimensions differ: 3 and 4}}
  %1 = onnx.MatMul(%0, %y) : (tensor<*xf32>, tensor<4x5xf32>) -> tensor<*xf32>
  // expected-error @+1 {{(C4) expected operands that broadcast}}
  %2 = onnx.Add(%0, %y) : (tensor<*xf32>, tensor<4x5xf32>) -> tensor<*xf32>
  return %1, %2 : tensor<*xf32>, tensor<*xf32>
}

// -----

func.func @C1_declared_type_contradicts(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %0 = onnx.Relu(%x) : (tensor<2x3xf32>) -> tensor<*xf32>
  // expected-error @+1 {{(C1) result is declared as 'tensor<3x2xf32>', but operands and attributes give 'tensor<2x3xf32>'}}
  %1 = onnx.Relu(%0) : (tensor<*xf32>) -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// -----

func.func @C2_too_large(%x: tensor<1xf32>) -> tensor<*xf32> {
  %shape = onnx.Constant() {value = dense<4294967296> : tensor<2xi64>} : () -> tensor<2xi64>
  // expected-error @+1 {{(C2) result 'tensor<4294967296x4294967296xf32>' is larger than any memory}}
  %0 = onnx.Expand(%x, %shape) : (tensor<1xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
