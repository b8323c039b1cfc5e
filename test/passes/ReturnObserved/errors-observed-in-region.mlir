// RUN: not quern-opt %s --quern-return-observed 2>&1 | FileCheck %s

func.func @main(%c: i1, %x: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK: expected in the body of the function itself, not in a region of an op (C1)
  %y = scf.if %c -> tensor<2xf32> {
    %0 = quern.observe %x, "x" : tensor<2xf32>
    scf.yield %0 : tensor<2xf32>
  } else {
    scf.yield %x : tensor<2xf32>
  }
  return %y : tensor<2xf32>
}
