// RUN: quern-opt %s --quern-prepare-bufferization | FileCheck %s

// CHECK-LABEL: func.func @main(
// CHECK-SAME:    tensor<4xf32> {bufferization.writable = false}, %{{.*}}: index)
func.func @main(%x: tensor<4xf32>, %i: index) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// CHECK-LABEL: func.func private @inner(%{{.*}}: tensor<4xf32>)
func.func private @inner(%x: tensor<4xf32>) {
  return
}
