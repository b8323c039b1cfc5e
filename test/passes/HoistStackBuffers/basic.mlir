// RUN: quern-opt %s -allow-unregistered-dialect --quern-hoist-stack-buffers | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK-NEXT:    %[[A:.*]] = memref.alloca() : memref<4xf32>
// CHECK:         scf.for
// CHECK-NOT:       memref.alloca() : memref<4xf32>
// CHECK:           memref.alloca(%{{.*}}) : memref<?xf32>
// CHECK:           "test.use"(%[[A]]
func.func @main(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %a = memref.alloca() : memref<4xf32>
    %b = memref.alloca(%i) : memref<?xf32>
    "test.use"(%a, %b) : (memref<4xf32>, memref<?xf32>) -> ()
  }
  return
}
