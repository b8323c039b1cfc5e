// RUN: quern-opt %s -allow-unregistered-dialect --quern-plan-memory -split-input-file -verify-diagnostics

func.func @main(%n: index) {
  // expected-error @+1 {{expected a static size to plan memory for, got 'memref<?xf32>' (C1)}}
  %a = memref.alloc(%n) : memref<?xf32>
  "test.use"(%a) : (memref<?xf32>) -> ()
  return
}

// -----

func.func @main() {
  // expected-error @+1 {{expected a contiguous layout to plan memory for}}
  %a = memref.alloc() : memref<4x4xf32, strided<[8, 1]>>
  "test.use"(%a) : (memref<4x4xf32, strided<[8, 1]>>) -> ()
  return
}

// -----

func.func @main() {
  scf.forall (%i) in (4) {
    // expected-error @+1 {{a buffer of a parallel loop may have 32768 bytes, this one has 40000 (C3)}}
    %a = memref.alloc() : memref<10000xf32>
    "test.use"(%a) : (memref<10000xf32>) -> ()
  }
  return
}

// -----

func.func @main() {
  // expected-error @+1 {{overflows 64 bits}}
  %a = memref.alloc() : memref<4611686018427387904x4xf32>
  "test.use"(%a) : (memref<4611686018427387904x4xf32>) -> ()
  return
}
