// RUN: not quern-opt %s --quern-bind-dimensions="dimensions=batch=0" 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not quern-opt %s --quern-bind-dimensions="dimensions=batch" 2>&1 | FileCheck %s --check-prefix=FORM
// RUN: not quern-opt %s --quern-bind-dimensions="dimensions=batch=1,batch=2" 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not quern-opt %s --quern-bind-dimensions="dimensions=bach=1" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not quern-opt %s --quern-bind-dimensions="dimensions=batch=1 require-static" 2>&1 | FileCheck %s --check-prefix=FREE

// ZERO: (C1) expected NAME=SIZE with a positive size, but got 'batch=0'
// FORM: (C1) expected NAME=SIZE with a positive size, but got 'batch'
// TWICE: (C1) dimension 'batch' is bound twice
// UNKNOWN: (C2) no input has a dimension named 'bach'; symbolic dimensions are: batch, length
// FREE: (C3) input 'x' has no size for dimension 1 'length'
func.func @main(%x: tensor<?x?xf32> {onnx.dims = ["batch", "length"], onnx.name = "x"}) -> tensor<?x?xf32> {
  return %x : tensor<?x?xf32>
}
