// RUN: quern-opt %s --quern-profile-nodes | FileCheck %s
// RUN: quern-opt %s --quern-profile-nodes=clock=llvm.readsteadycounter | FileCheck %s --check-prefix=STEADY
// RUN: quern-opt %s --quern-profile-nodes --quern-convert-entry-abi | FileCheck %s --check-prefix=ABI

// Neighbours of one node count together; a node that comes again adds to its counter; a fused node has the names of all
// that are in it; what has no name is counted too.
// CHECK: module attributes {quern.profile = ["conv_1", "relu + add", "(no node)"]}
// CHECK: func.func @main(%[[X:.*]]: memref<4xf32>, %[[Y:.*]]: memref<4xf32> {quern.result}, %[[C:.*]]: memref<3xi64> {quern.counters}) {
// CHECK: %[[T0:.*]] = llvm.call_intrinsic "llvm.readcyclecounter"() : () -> i64
// CHECK: call @work(%[[X]])
// CHECK-NOT: llvm.call_intrinsic
// CHECK: call @work(%[[Y]])
// CHECK: %[[T1:.*]] = llvm.call_intrinsic "llvm.readcyclecounter"() : () -> i64
// CHECK: %[[FIRST:.*]] = arith.subi %[[T1]], %[[T0]] : i64
// CHECK: memref.store %[[FIRST]], %[[C]][%{{.*}}] : memref<3xi64>
// CHECK: call @work(%[[X]])
// CHECK: %[[T2:.*]] = llvm.call_intrinsic "llvm.readcyclecounter"() : () -> i64
// CHECK: %[[SECOND:.*]] = arith.subi %[[T2]], %[[T1]] : i64
// CHECK: memref.store %[[SECOND]], %[[C]]
// CHECK: call @work(%[[Y]])
// CHECK: %[[T3:.*]] = llvm.call_intrinsic "llvm.readcyclecounter"() : () -> i64
// CHECK: %[[MORE:.*]] = arith.subi %[[T3]], %[[T2]] : i64
// CHECK: %[[OLD:.*]] = memref.load %[[C]]
// CHECK: %[[SUM:.*]] = arith.addi %[[OLD]], %[[MORE]] : i64
// CHECK: memref.store %[[SUM]], %[[C]]
// CHECK: call @work(%[[Y]])
// CHECK: llvm.call_intrinsic
// CHECK-NOT: llvm.call_intrinsic
// CHECK: return
// STEADY: llvm.call_intrinsic "llvm.readsteadycounter"

// Without buffers the counters are all of the workspace.
// ABI: module attributes {quern.counters_offset = 0 : i64{{.*}}quern.workspace_bytes = 24 : i64
// ABI: func.func @quern_entry(
module {
  func.func private @work(%x: memref<4xf32>) {
    return
  }
  func.func @main(%x: memref<4xf32>, %y: memref<4xf32> {quern.result}) {
    func.call @work(%x) : (memref<4xf32>) -> () loc("conv_1")
    %view = memref.subview %x[0] [2] [1] : memref<4xf32> to memref<2xf32, strided<[1]>> loc("view")
    func.call @work(%y) : (memref<4xf32>) -> () loc("conv_1")
    func.call @work(%x) : (memref<4xf32>) -> () loc(fused["relu", "add", "relu"])
    func.call @work(%y) : (memref<4xf32>) -> () loc("conv_1")
    func.call @work(%y) : (memref<4xf32>) -> () loc(unknown)
    return
  }
}
