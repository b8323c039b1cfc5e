// RUN: quern-opt %s -allow-unregistered-dialect --quern-plan-memory -split-input-file | FileCheck %s

// A buffer of an iteration is alive in that iteration only, so the second shares the memory of the one after the loop.

// CHECK-LABEL: func.func @main
// CHECK-SAME:    quern.workspace_bytes = 64 : i64
// CHECK-NOT:     memref.alloc
// CHECK:         memref.view
// CHECK:         memref.view
// CHECK:         scf.for
// CHECK-NOT:     memref.view
func.func @main(%x: memref<16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    %a = memref.alloc() : memref<16xf32>
    "test.use"(%a) : (memref<16xf32>) -> ()
  }
  %b = memref.alloc() : memref<16xf32>
  "test.use"(%b) : (memref<16xf32>) -> ()
  return
}

// -----

// A buffer from before the loop is alive in all iterations.

// CHECK-LABEL: func.func @main
// CHECK-SAME:    quern.workspace_bytes = 128 : i64
func.func @main(%x: memref<16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %a = memref.alloc() : memref<16xf32>
  scf.for %i = %c0 to %c4 step %c1 {
    "test.use"(%a) : (memref<16xf32>) -> ()
    %b = memref.alloc() : memref<16xf32>
    "test.use"(%b) : (memref<16xf32>) -> ()
  }
  return
}

// -----

// What an iteration allocates and hands on is copied to a buffer of its own: the next iteration reads it while it
// writes its own result.

// CHECK-LABEL: func.func @main
// CHECK:         %[[NEXT:[a-z0-9_]+]] = memref.view
// CHECK:         %[[CARRIED:[a-z0-9_]+]] = memref.view
// CHECK:         scf.for {{.*}} iter_args(%[[STATE:[a-z0-9_]+]] = %{{.*}})
// CHECK:           "test.step"(%[[STATE]], %[[CARRIED_OR_NEXT:[a-z0-9_]+]])
// CHECK:           memref.copy %[[CARRIED_OR_NEXT]], %[[OTHER:[a-z0-9_]+]] :
// CHECK:           scf.yield %[[OTHER]]
func.func @main(%x: memref<16xf32>, %y: memref<16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %r = scf.for %i = %c0 to %c4 step %c1 iter_args(%state = %x) -> (memref<16xf32>) {
    %a = memref.alloc() : memref<16xf32>
    "test.step"(%state, %a) : (memref<16xf32>, memref<16xf32>) -> ()
    scf.yield %a : memref<16xf32>
  }
  memref.copy %r, %y : memref<16xf32> to memref<16xf32>
  return
}

// -----

// Two values that change places with a new one are assigned at once, through temporaries.

// CHECK-LABEL: func.func @main
// CHECK:         scf.for {{.*}} iter_args(%[[P:[a-z0-9_]+]] = %{{.*}}, %[[Q:[a-z0-9_]+]] = %{{.*}})
// CHECK:           "test.step"(%[[P]], %[[Q]], %[[A:[a-z0-9_]+]])
// CHECK:           memref.copy %[[A]], %[[TA:[a-z0-9_]+]] :
// CHECK:           memref.copy %[[P]], %[[TP:[a-z0-9_]+]] :
// CHECK:           memref.copy %[[TA]], %[[CP:[a-z0-9_]+]] :
// CHECK:           memref.copy %[[TP]], %[[CQ:[a-z0-9_]+]] :
// CHECK:           scf.yield %[[CP]], %[[CQ]]
func.func @main(%x: memref<16xf32>, %z: memref<16xf32>, %y: memref<16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %r:2 = scf.for %i = %c0 to %c4 step %c1 iter_args(%p = %x, %q = %z) -> (memref<16xf32>, memref<16xf32>) {
    %a = memref.alloc() : memref<16xf32>
    "test.step"(%p, %q, %a) : (memref<16xf32>, memref<16xf32>, memref<16xf32>) -> ()
    scf.yield %a, %p : memref<16xf32>, memref<16xf32>
  }
  memref.copy %r#0, %y : memref<16xf32> to memref<16xf32>
  return
}

// -----

// A buffer that a branch returns is alive after the branch.

// CHECK-LABEL: func.func @main
// CHECK-SAME:    quern.workspace_bytes = 192 : i64
func.func @main(%c: i1, %y: memref<16xf32>) {
  %r = scf.if %c -> (memref<16xf32>) {
    %a = memref.alloc() : memref<16xf32>
    "test.use"(%a) : (memref<16xf32>) -> ()
    scf.yield %a : memref<16xf32>
  } else {
    %b = memref.alloc() : memref<16xf32>
    "test.use"(%b) : (memref<16xf32>) -> ()
    scf.yield %b : memref<16xf32>
  }
  %d = memref.alloc() : memref<16xf32>
  "test.use"(%d) : (memref<16xf32>) -> ()
  memref.copy %r, %y : memref<16xf32> to memref<16xf32>
  return
}

// -----

// Each thread of a parallel loop has a buffer of its own, on its stack.

// CHECK-LABEL: func.func @main
// CHECK:         scf.forall
// CHECK:           memref.alloca() {alignment = 64 : i64} : memref<16xf32>
func.func @main(%y: memref<16xf32>) {
  scf.forall (%i) in (4) {
    %a = memref.alloc() : memref<16xf32>
    "test.use"(%a) : (memref<16xf32>) -> ()
  }
  return
}
