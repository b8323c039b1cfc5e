// RUN: quern-opt %s -allow-unregistered-dialect --quern-plan-memory -split-input-file | FileCheck %s
// RUN: quern-opt %s -allow-unregistered-dialect --quern-plan-memory="reuse-in-place=false" -split-input-file | FileCheck %s --check-prefix=APART

// Three buffers of 64 bytes, of which two are alive at a time; elementwise operations write over their input.

// CHECK-LABEL: func.func @main
// CHECK-SAME:    %[[W:[a-z0-9]+]]: memref<64xi8> {quern.workspace})
// CHECK-SAME:    quern.workspace_bytes = 64 : i64, quern.workspace_lower_bound = 64 : i64
// CHECK-NOT:     memref.alloc
// APART-LABEL: func.func @main
// APART-SAME:    memref<128xi8> {quern.workspace})
// APART-SAME:    quern.workspace_bytes = 128 : i64, quern.workspace_lower_bound = 128 : i64
// APART-DAG:     %[[C0:.*]] = arith.constant 0 : index
// APART-DAG:     %[[C64:.*]] = arith.constant 64 : index
// APART-COUNT-3: memref.view
func.func @main(%x: memref<16xf32>, %y: memref<16xf32>) {
  %a = memref.alloc() : memref<16xf32>
  linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
  %b = memref.alloc() : memref<16xf32>
  linalg.sqrt ins(%a : memref<16xf32>) outs(%b : memref<16xf32>)
  %c = memref.alloc() : memref<16xf32>
  linalg.exp ins(%b : memref<16xf32>) outs(%c : memref<16xf32>)
  linalg.sqrt ins(%c : memref<16xf32>) outs(%y : memref<16xf32>)
  memref.dealloc %a : memref<16xf32>
  return
}

// -----

// A matrix product reads its input more than once, so its result cannot go there.

// CHECK-LABEL: func.func @main
// CHECK-SAME:    quern.workspace_bytes = 128 : i64
func.func @main(%x: memref<4x4xf32>, %y: memref<4x4xf32>) {
  %a = memref.alloc() : memref<4x4xf32>
  linalg.exp ins(%x : memref<4x4xf32>) outs(%a : memref<4x4xf32>)
  %b = memref.alloc() : memref<4x4xf32>
  linalg.matmul ins(%a, %a : memref<4x4xf32>, memref<4x4xf32>) outs(%b : memref<4x4xf32>)
  linalg.exp ins(%b : memref<4x4xf32>) outs(%y : memref<4x4xf32>)
  return
}

// -----

// Nor can that of a transposition, which writes other elements than it reads.

// CHECK-LABEL: func.func @main
// CHECK-SAME:    quern.workspace_bytes = 128 : i64
func.func @main(%x: memref<4x4xf32>, %y: memref<4x4xf32>) {
  %a = memref.alloc() : memref<4x4xf32>
  linalg.exp ins(%x : memref<4x4xf32>) outs(%a : memref<4x4xf32>)
  %b = memref.alloc() : memref<4x4xf32>
  linalg.transpose ins(%a : memref<4x4xf32>) outs(%b : memref<4x4xf32>) permutation = [1, 0]
  linalg.exp ins(%b : memref<4x4xf32>) outs(%y : memref<4x4xf32>)
  return
}

// -----

// A second operand that shows the same memory in another order keeps the buffers apart.

// CHECK-LABEL: func.func @main
// CHECK-SAME:    quern.workspace_bytes = 128 : i64
#map = affine_map<(i, j) -> (i, j)>
#swap = affine_map<(i, j) -> (j, i)>
func.func @main(%x: memref<4x4xf32>, %y: memref<4x4xf32>) {
  %a = memref.alloc() : memref<4x4xf32>
  linalg.exp ins(%x : memref<4x4xf32>) outs(%a : memref<4x4xf32>)
  %view = memref.cast %a : memref<4x4xf32> to memref<?x4xf32>
  %b = memref.alloc() : memref<4x4xf32>
  linalg.generic {indexing_maps = [#map, #swap, #map], iterator_types = ["parallel", "parallel"]}
      ins(%a, %view : memref<4x4xf32>, memref<?x4xf32>) outs(%b : memref<4x4xf32>) {
    ^bb0(%p: f32, %q: f32, %o: f32):
      %s = arith.addf %p, %q : f32
      linalg.yield %s : f32
  }
  linalg.exp ins(%b : memref<4x4xf32>) outs(%y : memref<4x4xf32>)
  return
}

// -----

// So does a body that reads elements of its own choice.

// CHECK-LABEL: func.func @main
// CHECK-SAME:    quern.workspace_bytes = 128 : i64
#id = affine_map<(i) -> (i)>
func.func @main(%x: memref<16xf32>, %y: memref<16xf32>) {
  %c15 = arith.constant 15 : index
  %a = memref.alloc() : memref<16xf32>
  linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
  %b = memref.alloc() : memref<16xf32>
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%a : memref<16xf32>) outs(%b : memref<16xf32>) {
    ^bb0(%p: f32, %o: f32):
      %i = linalg.index 0 : index
      %j = arith.subi %c15, %i : index
      %q = memref.load %a[%j] : memref<16xf32>
      %s = arith.addf %p, %q : f32
      linalg.yield %s : f32
  }
  linalg.exp ins(%b : memref<16xf32>) outs(%y : memref<16xf32>)
  return
}

// -----

// Lifetimes that end leave gaps; the small buffer goes into the one that fits best. Sizes are rounded up to 64 bytes.

// CHECK-LABEL: func.func @main
// CHECK-SAME:    quern.workspace_bytes = 640 : i64, quern.workspace_lower_bound = 640 : i64
func.func @main(%c: f32) {
  %a = memref.alloc() : memref<64xf32>
  %b = memref.alloc() : memref<81xf32>
  linalg.fill ins(%c : f32) outs(%a : memref<64xf32>)
  linalg.fill ins(%c : f32) outs(%b : memref<81xf32>)
  "test.use"(%a, %b) : (memref<64xf32>, memref<81xf32>) -> ()
  %d = memref.alloc() : memref<3xf32>
  linalg.fill ins(%c : f32) outs(%d : memref<3xf32>)
  "test.use"(%b, %d) : (memref<81xf32>, memref<3xf32>) -> ()
  return
}

// -----

// CHECK-LABEL: func.func @main
// CHECK-SAME:    memref<0xi8> {quern.workspace}
func.func @main(%x: memref<4xf32>) {
  return
}

// -----

// Functions other than the entry stay as they are.

// CHECK-LABEL: func.func private @other
// CHECK:         memref.alloc
func.func private @other() {
  %a = memref.alloc() : memref<4xf32>
  "test.use"(%a) : (memref<4xf32>) -> ()
  return
}
