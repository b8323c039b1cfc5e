// RUN: quern-opt %s --quern-results-to-arguments -split-input-file -verify-diagnostics

// expected-error @+1 {{expected result 0 to be a contiguous memref of static shape, got 'memref<?xf32>' (C1)}}
func.func @main(%x: memref<?xf32>) -> memref<?xf32> {
  return %x : memref<?xf32>
}

// -----

// expected-error @+1 {{expected result 1 to be a contiguous memref of static shape, got 'index' (C1)}}
func.func @main(%x: memref<1xf32>, %i: index) -> (memref<1xf32>, index) {
  return %x, %i : memref<1xf32>, index
}

// -----

// expected-error @+1 {{expected one block}}
func.func @main(%x: memref<1xf32>) -> memref<1xf32> {
  cf.br ^next
^next:
  return %x : memref<1xf32>
}
