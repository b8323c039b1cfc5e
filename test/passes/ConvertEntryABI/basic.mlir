// RUN: quern-opt %s --quern-convert-entry-abi -split-input-file | FileCheck %s

// CHECK:       module attributes {quern.errors = [], quern.workspace_bytes = 64 : i64}
// CHECK-LABEL: func.func @quern_entry(
// CHECK-SAME:    %[[IN:.*]]: !llvm.ptr, %[[OUT:.*]]: !llvm.ptr, %[[WS:.*]]: !llvm.ptr {llvm.align = 64 : i64, llvm.noalias}, %{{.*}}: !llvm.ptr) -> i32
// CHECK:         %[[IN0:.*]] = llvm.getelementptr %[[IN]][0]
// CHECK:         llvm.load %[[IN0]]
// CHECK:         %[[IN1:.*]] = llvm.getelementptr %[[IN]][1]
// CHECK:         llvm.load %[[IN1]]
// CHECK:         %[[OUT0:.*]] = llvm.getelementptr %[[OUT]][0]
// CHECK:         llvm.load %[[OUT0]]
// CHECK:         %[[ZERO:.*]] = llvm.mlir.constant(0 : i32)
// CHECK:         return %[[ZERO]] : i32
func.func @main(%x: memref<4xf32>, %z: memref<f32>, %y: memref<4xf32> {quern.result},
                %w: memref<64xi8> {quern.workspace}) {
  memref.copy %x, %y : memref<4xf32> to memref<4xf32>
  return
}

// -----

// One code per text; the cell of the code follows the buffers.

// CHECK:       module attributes {quern.errors = ["node 'a': out of range", "node 'b': zero"], quern.workspace_bytes = 192 : i64}
// CHECK-LABEL: func.func @quern_entry(
// CHECK:         %[[OFFSET:.*]] = llvm.mlir.constant(128 : i64)
// CHECK:         %[[CELL:.*]] = llvm.getelementptr %{{.*}}[%[[OFFSET]]]
// CHECK:         llvm.store %{{.*}}, %[[CELL]]
// CHECK:         scf.if
// CHECK:           llvm.mlir.constant(1 : i32)
// CHECK:         scf.if
// CHECK:           llvm.mlir.constant(2 : i32)
// CHECK:         scf.if
// CHECK:           llvm.mlir.constant(1 : i32)
// CHECK:         %[[CODE:.*]] = llvm.load %[[CELL]] : !llvm.ptr -> i32
// CHECK:         return %[[CODE]] : i32
func.func @main(%x: memref<i1>, %w: memref<65xi8> {quern.workspace}) {
  %ok = memref.load %x[] : memref<i1>
  cf.assert %ok, "node 'a': out of range"
  cf.assert %ok, "node 'b': zero"
  cf.assert %ok, "node 'a': out of range"
  return
}

// -----

// CHECK-LABEL: func.func private @task(
// CHECK-SAME:    %[[ARGUMENT:.*]]: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64)
// CHECK:         llvm.getelementptr %[[ARGUMENT]][0, 1] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(ptr, ptr, i64, f32)>
// CHECK-LABEL: func.func @quern_entry(
// CHECK-SAME:    %[[PARALLEL:[a-z0-9]+]]: !llvm.ptr) -> i32
// CHECK:         %[[CAPTURES:.*]] = llvm.alloca {{.*}} !llvm.struct<(ptr, ptr, i64, f32)>
// CHECK:         %[[SERIAL:.*]] = llvm.icmp "eq" %[[PARALLEL]]
// CHECK:         scf.if %[[SERIAL]] {
// CHECK:           func.call @task(%[[CAPTURES]], %{{.*}}, %{{.*}})
// CHECK:         } else {
// CHECK:           func.constant @task
// CHECK:           llvm.call %{{.*}}(%{{.*}}, %{{.*}}, %[[CAPTURES]], %{{.*}}) : !llvm.ptr
func.func private @task(%y: memref<4xf32>, %i: index, %v: f32, %begin: index, %end: index) {
  memref.store %v, %y[%i] : memref<4xf32>
  return
}
func.func @main(%y: memref<4xf32> {quern.result}) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %v = arith.constant 1.0 : f32
  call @task(%y, %c4, %v, %c0, %c4) {quern.parallel} : (memref<4xf32>, index, f32, index, index) -> ()
  return
}
