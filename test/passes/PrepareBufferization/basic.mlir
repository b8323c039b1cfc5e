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

// CHECK-LABEL: func.func private @shared_destination(
// CHECK:         %[[FIRST:.*]] = tensor.empty
// CHECK-NEXT:    linalg.exp {{.*}} outs(%[[FIRST]] :
// CHECK-NEXT:    %[[SECOND:.*]] = tensor.empty
// CHECK-NEXT:    linalg.log {{.*}} outs(%[[SECOND]] :
func.func private @shared_destination(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %a = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %b = linalg.log ins(%a : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %b : tensor<4xf32>
}

// A loop gets its destination from outside.
// CHECK-LABEL: func.func private @shared_with_a_loop(
// CHECK-COUNT-2: tensor.empty
// CHECK:         scf.for
// CHECK-NOT:     tensor.empty
func.func private @shared_with_a_loop(%x: tensor<4xf32>, %n: index) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %e = tensor.empty() : tensor<4xf32>
  %a = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%v = %a) -> tensor<4xf32> {
    %b = linalg.log ins(%v : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    scf.yield %b : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}
