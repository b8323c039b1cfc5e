// RUN: quern-opt %s --split-input-file --quern-profile-nodes --verify-diagnostics | FileCheck %s
// RUN: quern-opt %s --split-input-file --quern-profile-nodes --quern-convert-entry-abi --verify-diagnostics \
// RUN:   | FileCheck %s --check-prefix=ABI

// Nothing to count: no argument, an empty list.
// CHECK: module attributes {quern.profile = []}
// CHECK: func.func @main(%{{.*}}: memref<4xf32>) {
// CHECK-NEXT: return
module {
  func.func @main(%x: memref<4xf32>) {
    return
  }
}

// -----

// The counters lie behind the buffers, at a multiple of 64 bytes, before the cell of errors.
// ABI: quern.counters_offset = 128 : i64, quern.errors = ["node 'a': wrong"]
// ABI-SAME: quern.workspace_bytes = 256 : i64
module {
  func.func @main(%x: memref<4xi1>, %workspace: memref<100xi8> {quern.workspace}) {
    %c0 = arith.constant 0 : index
    %ok = memref.load %x[%c0] : memref<4xi1> loc("a")
    cf.assert %ok, "node 'a': wrong" loc("a")
    return
  }
}

// -----

// expected-error @below {{expected a function 'main' with one block}}
module {
}
