// RUN: quern-opt %s -allow-unregistered-dialect --quern-results-to-arguments -split-input-file | FileCheck %s

// The result is computed in the argument, which keeps its attributes; inputs and repeated results are copied.

// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[X:.*]]: memref<16xf32>, %[[A:.*]]: memref<4x4xf32> {onnx.name = "a", quern.result}, %[[B:.*]]: memref<4x4xf32> {quern.result}, %[[C:.*]]: memref<16xf32> {quern.result})
// CHECK-NOT:     memref.alloc
// CHECK:         %[[FLAT:.*]] = memref.reinterpret_cast %[[A]] to offset: [0], sizes: [16], strides: [1]
// CHECK:         linalg.exp ins(%[[X]] : memref<16xf32>) outs(%[[FLAT]] : memref<16xf32>)
// CHECK:         %[[R:.*]] = memref.expand_shape %[[FLAT]]
// CHECK:         memref.copy %[[R]], %[[B]]
// CHECK:         memref.copy %[[X]], %[[C]]
// CHECK:         return
func.func @main(%x: memref<16xf32>) -> (memref<4x4xf32> {onnx.name = "a"}, memref<4x4xf32>, memref<16xf32>) {
  %a = memref.alloc() : memref<16xf32>
  linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
  %r = memref.expand_shape %a [[0, 1]] output_shape [4, 4] : memref<16xf32> into memref<4x4xf32>
  return %r, %r, %x : memref<4x4xf32>, memref<4x4xf32>, memref<16xf32>
}

// -----

// A part of a buffer is copied.

// CHECK-LABEL: func.func @main(
// CHECK:         memref.alloc
// CHECK:         memref.copy
func.func @main() -> memref<4xf32> {
  %a = memref.alloc() : memref<8xf32>
  "test.use"(%a) : (memref<8xf32>) -> ()
  %s = memref.subview %a[0] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1]>>
  %r = memref.cast %s : memref<4xf32, strided<[1]>> to memref<4xf32>
  return %r : memref<4xf32>
}
