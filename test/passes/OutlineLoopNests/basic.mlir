// RUN: quern-opt %s --quern-outline-loop-nests | FileCheck %s

// CHECK-LABEL: func.func private @nest(
// CHECK-SAME:    %[[V:.*]]: f32, %[[Y:.*]]: memref<4xf32>) attributes {passthrough = ["noinline"]}
// CHECK-DAG:     arith.constant 0 : index
// CHECK-DAG:     memref.get_global @w
// CHECK:         scf.for
// CHECK:           memref.store %{{.*}}, %[[Y]]
// CHECK:         return
// CHECK:       func.func private @nest_0(
// CHECK-LABEL: func.func @main(
// CHECK:         %[[V:.*]] = memref.load
// CHECK:         call @nest(%[[V]], %{{.*}})
// CHECK:         call @nest_0(
// CHECK:         scf.for
// CHECK:           cf.assert
memref.global "private" constant @w : memref<4xf32> = dense<1.0>
func.func @main(%x: memref<4xf32>, %y: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %w = memref.get_global @w : memref<4xf32>
  %v = memref.load %x[%c0] : memref<4xf32>
  scf.for %i = %c0 to %c4 step %c1 {
    %a = memref.load %w[%i] : memref<4xf32>
    %b = arith.addf %a, %v : f32
    memref.store %b, %y[%i] : memref<4xf32>
  }
  scf.for %i = %c0 to %c4 step %c1 {
    memref.store %v, %y[%i] : memref<4xf32>
  }
  scf.for %i = %c0 to %c4 step %c1 {
    %ok = arith.cmpi ult, %i, %c4 : index
    cf.assert %ok, "an assertion"
  }
  return
}
