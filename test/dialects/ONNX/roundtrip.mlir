// RUN: quern-opt %s | quern-opt | FileCheck %s

// Attributes that say what the schema says anyway are not printed; regions come before attributes.
// CHECK-LABEL: func.func @ops
func.func @ops(%x: tensor<1x3x8x8xf32>, %c: tensor<i1>, %w: tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32> {
  // CHECK: %[[N:.*]] = onnx.NoValue() : () -> none
  %none = onnx.NoValue() : () -> none
  // CHECK: onnx.Conv(%{{.*}}, %{{.*}}, %[[N]]) {strides = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>, none) -> tensor<1x4x8x8xf32>
  %y = onnx.Conv(%x, %w, %none) {group = 1 : i64, strides = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>, none) -> tensor<1x4x8x8xf32>
  // CHECK: onnx.If(%{{.*}}) {
  // CHECK-NEXT: onnx.Yield(%{{.*}}) : (tensor<1x4x8x8xf32>) -> ()
  // CHECK: } {
  %z = onnx.If(%c) {
    onnx.Yield(%y) : (tensor<1x4x8x8xf32>) -> ()
  } {
    %r = onnx.Relu(%y) : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
    onnx.Yield(%r) : (tensor<1x4x8x8xf32>) -> ()
  } : (tensor<i1>) -> tensor<1x4x8x8xf32>
  return %z : tensor<1x4x8x8xf32>
}

// CHECK-LABEL: func.func @types
// CHECK-SAME: tensor<3x!onnx.string>, %{{.*}}: !onnx.seq<tensor<?xf32>>, %{{.*}}: !onnx.optional<tensor<f32>>, %{{.*}}: !onnx.map<i64, tensor<f32>>, %{{.*}}: tensor<4xui8>
func.func @types(%a: tensor<3x!onnx.string>, %b: !onnx.seq<tensor<?xf32>>, %c: !onnx.optional<tensor<f32>>,
                 %d: !onnx.map<i64, tensor<f32>>, %e: tensor<4xui8>) -> tensor<2x!onnx.string> {
  // CHECK: onnx.Constant() {value = dense<["a", "b"]> : tensor<2x!onnx.string>} : () -> tensor<2x!onnx.string>
  %0 = onnx.Constant() {value = dense<["a", "b"]> : tensor<2x!onnx.string>} : () -> tensor<2x!onnx.string>
  // CHECK: onnx.SequenceLength
  %1 = onnx.SequenceLength(%b) : (!onnx.seq<tensor<?xf32>>) -> tensor<i64>
  return %0 : tensor<2x!onnx.string>
}

// A sequence of a more precise element type is the same sequence.
// CHECK-LABEL: func.func @sequences
func.func @sequences(%a: !onnx.seq<tensor<2xf32>>) -> !onnx.seq<tensor<?xf32>> {
  // CHECK: onnx.Identity(%{{.*}}) : (!onnx.seq<tensor<2xf32>>) -> !onnx.seq<tensor<?xf32>>
  %0 = onnx.Identity(%a) : (!onnx.seq<tensor<2xf32>>) -> !onnx.seq<tensor<?xf32>>
  return %0 : !onnx.seq<tensor<?xf32>>
}
