// RUN: quern-opt %s --quern-unroll-copies | FileCheck %s

// CHECK-LABEL: func.func @main(
// CHECK:         memref.copy %{{.*}}, %{{.*}} : memref<4x4xf32> to memref<4x4xf32>
// CHECK:         linalg.generic
// CHECK-SAME:      ins(%{{.*}} : memref<4x4xf32, strided<[8, 1]>>)
// CHECK:         memref.copy %{{.*}}, %{{.*}} : memref<4x4xf32, strided<[4, 1], offset: 16>> to memref<4x4xf32>
func.func @main(%a: memref<4x4xf32>, %b: memref<4x4xf32>, %s: memref<4x4xf32, strided<[8, 1]>>,
                %t: memref<4x4xf32, strided<[4, 1], offset: 16>>) {
  memref.copy %a, %b : memref<4x4xf32> to memref<4x4xf32>
  memref.copy %s, %b : memref<4x4xf32, strided<[8, 1]>> to memref<4x4xf32>
  memref.copy %t, %b : memref<4x4xf32, strided<[4, 1], offset: 16>> to memref<4x4xf32>
  return
}
