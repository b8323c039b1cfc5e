// RUN: quern-opt %s --quern-assign-precision="scheme=W8A8" | FileCheck %s --check-prefix=DEFAULT
// RUN: quern-opt %s --quern-assign-precision="scheme=a8_w8" | FileCheck %s --check-prefix=DEFAULT
// RUN: quern-opt %s --quern-assign-precision="scheme=u8-s8" | FileCheck %s --check-prefix=DEFAULT
// RUN: quern-opt %s --quern-assign-precision="scheme=S8S8" | FileCheck %s --check-prefix=SIGNED
// RUN: quern-opt %s --quern-assign-precision="activations=s8" | FileCheck %s --check-prefix=SIGNED
// RUN: quern-opt %s --quern-assign-precision="symmetric-activations" | FileCheck %s --check-prefix=SYMMETRIC
// RUN: quern-opt %s --quern-assign-precision="per-tensor-weights" | FileCheck %s --check-prefix=TENSOR

// DEFAULT: weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>
// SIGNED: weights = <s8, channel, symmetric>, activations = <s8, tensor, asymmetric>
// SYMMETRIC: weights = <s8, channel, symmetric>, activations = <u8, tensor, symmetric>
// TENSOR: weights = <s8, tensor, symmetric>, activations = <u8, tensor, asymmetric>
func.func @main(%x: tensor<1x2xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2xf32> {
  %v = onnx.Constant() {value = dense<0.5> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %0 = onnx.MatMul(%x, %v) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
