// RUN: quern-opt %s --quern-convert-entry-abi -split-input-file -verify-diagnostics

// expected-error @+1 {{expected a function 'main' with a body}}
module {
}

// -----

// expected-error @+1 {{expected results to be arguments}}
func.func @main(%x: memref<4xf32>) -> memref<4xf32> {
  return %x : memref<4xf32>
}

// -----

// expected-error @+1 {{expected argument 0 to be a memref known from one pointer, got 'memref<?xf32>' (C1)}}
func.func @main(%x: memref<?xf32>) {
  return
}

// -----

// expected-error @+1 {{expected capture 0 to be a scalar or a memref known from one pointer, got 'vector<4xf32>' (C1)}}
func.func private @task(%x: vector<4xf32>, %begin: index, %end: index) {
  return
}
func.func @main() {
  %c0 = arith.constant 0 : index
  %v = arith.constant dense<0.0> : vector<4xf32>
  call @task(%v, %c0, %c0) {quern.parallel} : (vector<4xf32>, index, index) -> ()
  return
}

// -----

func.func private @task(%begin: index, %end: index) {
  return
}
func.func @main() {
  %c1 = arith.constant 1 : index
  // expected-error @+1 {{expected a parallel range that starts at 0 (C2)}}
  call @task(%c1, %c1) {quern.parallel} : (index, index) -> ()
  return
}

// -----

func.func private @task(%begin: index, %end: index) {
  return
}
func.func @main() {
  %c0 = arith.constant 0 : index
  call @task(%c0, %c0) {quern.parallel} : (index, index) -> ()
  // expected-error @+1 {{expected a task to be called with 'quern.parallel' (C3)}}
  call @task(%c0, %c0) : (index, index) -> ()
  return
}

// -----

func.func private @inner(%begin: index, %end: index) {
  return
}
func.func private @outer() {
  %c0 = arith.constant 0 : index
  // expected-error @+1 {{expected parallel calls in 'main' only (C3)}}
  call @inner(%c0, %c0) {quern.parallel} : (index, index) -> ()
  return
}
func.func @main() {
  call @outer() : () -> ()
  return
}

// -----

// expected-error @+1 {{expected a task to be a private function (captures..., index, index) -> ()}}
func.func private @task(%begin: index)
func.func @main() {
  %c0 = arith.constant 0 : index
  call @task(%c0) {quern.parallel} : (index) -> ()
  return
}

// -----

func.func private @other(%ok: i1) {
  // expected-error @+1 {{expected an assertion in 'main' or in a task (C4)}}
  cf.assert %ok, "no"
  return
}
func.func @main() {
  return
}
