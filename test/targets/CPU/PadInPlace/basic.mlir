// RUN: quern-opt %s --quern-cpu-pad-in-place | FileCheck %s

// The producer writes into the middle; the second reader reads it there.
// CHECK-LABEL: @producer
// CHECK: %[[E:.*]] = tensor.empty() : tensor<4x6xf32>
// CHECK: linalg.fill {{.*}} tensor<1x6xf32>
// CHECK: linalg.fill {{.*}} tensor<2x2xf32>
// CHECK: %[[M:.*]] = tensor.extract_slice %[[B:.*]][1, 2] [2, 4] [1, 1]
// CHECK: %[[R:.*]] = linalg.exp ins(%{{.*}}) outs(%[[M]] : tensor<2x4xf32>)
// CHECK: %[[P:.*]] = tensor.insert_slice %[[R]] into %[[B]][1, 2] [2, 4] [1, 1]
// CHECK: %[[V:.*]] = tensor.extract_slice %[[P]][1, 2] [2, 4] [1, 1]
// CHECK: return %[[P]], %[[V]]
func.func @producer(%x: tensor<2x4xf32>) -> (tensor<4x6xf32>, tensor<2x4xf32>) {
  %c = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4xf32>
  %0 = linalg.exp ins(%x : tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = tensor.pad %0 low[1, 2] high[1, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %c : f32
  } : tensor<2x4xf32> to tensor<4x6xf32>
  return %1, %0 : tensor<4x6xf32>, tensor<2x4xf32>
}

// An argument is copied.
// CHECK-LABEL: @argument
// CHECK: tensor.insert_slice %arg0 into
// CHECK-NOT: tensor.pad
func.func @argument(%x: tensor<2x4xf32>) -> tensor<3x4xf32> {
  %c = arith.constant 0.0 : f32
  %1 = tensor.pad %x low[1, 0] high[0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %c : f32
  } : tensor<2x4xf32> to tensor<3x4xf32>
  return %1 : tensor<3x4xf32>
}
