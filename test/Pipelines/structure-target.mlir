// Each of the last two stages alone: meaning as linalg on tensors, then code for a target.
// RUN: quern-opt %s --quern-stage-structure | FileCheck %s --check-prefix=STRUCTURE
// RUN: quern-opt %s --quern-stage-structure --quern-stage-target | FileCheck %s --check-prefix=TARGET
// RUN: quern-opt %s --quern-stage-structure --quern-stage-target=name=reference | FileCheck %s --check-prefix=TARGET
// RUN: not quern-opt %s --quern-stage-target=name=abacus 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not quern-opt %s --quern-stage-target=mcpu=abacus 2>&1 | FileCheck %s --check-prefix=CPU

// STRUCTURE: linalg.generic
// STRUCTURE: arith.maximumf
// STRUCTURE-NOT: onnx.Relu
// TARGET: llvm.func @quern_entry
// TARGET-NOT: linalg
// UNKNOWN: abacus
// CPU: abacus
func.func @main(%x: tensor<1x4xf32> {onnx.name = "x"}) -> (tensor<1x4xf32> {onnx.name = "y"}) {
  %y = onnx.Relu(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}
