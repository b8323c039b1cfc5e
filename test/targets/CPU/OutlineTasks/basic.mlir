// RUN: quern-opt %s --quern-cpu-outline-tasks=minimum-work=100 | FileCheck %s

// CHECK: func.func private @main_task(%[[Y:.*]]: memref<64x8xf32>, %[[BEGIN:.*]]: index, %[[END:.*]]: index)
// CHECK: scf.for %[[I:.*]] = %[[BEGIN]] to %[[END]]
// CHECK: scf.for
// CHECK: memref.store
// CHECK-LABEL: func.func @main
// CHECK: call @main_task({{.*}}) {quern.parallel}
// A loop too short to share stays.
// CHECK: scf.parallel
func.func @main(%y: memref<64x8xf32>, %z: memref<2xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %c64 = arith.constant 64 : index
  %f = arith.constant 1.0 : f32
  scf.parallel (%i, %j) = (%c0, %c0) to (%c64, %c8) step (%c1, %c1) {
    %v = memref.load %y[%i, %j] : memref<64x8xf32>
    %w = arith.addf %v, %f : f32
    memref.store %w, %y[%i, %j] : memref<64x8xf32>
  }
  scf.parallel (%i) = (%c0) to (%c2) step (%c1) {
    memref.store %f, %z[%i] : memref<2xf32>
  }
  return
}
