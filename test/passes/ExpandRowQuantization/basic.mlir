// RUN: quern-opt %s --quern-expand-row-quantization --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @rows(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
// CHECK: %[[AXES:.*]] = onnx.Constant() {value = dense<1> : tensor<1xi64>}
// CHECK: %[[LEAST:.*]] = onnx.ReduceMin(%[[X]], %[[AXES]]) : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<2x1xf32>
// CHECK: %[[WITHZERO:.*]] = onnx.Min(%[[LEAST]], %
// CHECK: %[[LOW:.*]] = onnx.Max(%[[WITHZERO]], %
// CHECK: onnx.ReduceMax(%[[X]]
// CHECK: onnx.Max(
// CHECK: %[[HIGH:.*]] = onnx.Min(
// CHECK: %[[RANGE:.*]] = onnx.Sub(%[[HIGH]], %[[LOW]])
// CHECK: %[[T:.*]] = onnx.Div(%[[RANGE]], %
// CHECK: %[[SMALL:.*]] = onnx.Less(%[[T]], %
// CHECK: %[[S:.*]] = onnx.Where(%[[SMALL]], %{{.*}}, %[[T]])
// CHECK: %[[N:.*]] = onnx.Neg(%[[LOW]])
// CHECK: %[[Q:.*]] = onnx.Div(%[[N]], %[[S]])
// CHECK: %[[Z:.*]] = onnx.Round(%[[Q]])
// CHECK: %[[RATIO:.*]] = onnx.Div(%[[X]], %[[S]])
// CHECK: %[[STEPS:.*]] = onnx.Round(%[[RATIO]])
// CHECK: %[[SHIFTED:.*]] = onnx.Add(%[[STEPS]], %[[Z]])
// CHECK: %[[CODE:.*]] = onnx.Clip(%[[SHIFTED]], %
// CHECK: %[[DISTANCE:.*]] = onnx.Sub(%[[CODE]], %[[Z]])
// CHECK: %[[Y:.*]] = onnx.Mul(%[[DISTANCE]], %[[S]])
// CHECK: return %[[Y]]
// CHECK-NOT: quern.
func.func @rows(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %q, %s, %z = quern.dynamic_quantize %x : tensor<2x4xf32> -> tensor<2x4xui8>, tensor<2x1xf32>, tensor<2x1xui8>
  %y = quern.dequantize_rows %q, %s, %z : tensor<2x4xui8>, tensor<2x1xf32>, tensor<2x1xui8> -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// C1: the scales are another's.
// CHECK-LABEL: func.func @otherScales(
// CHECK-NEXT: quern.dynamic_quantize
// CHECK-NEXT: quern.dequantize_rows
func.func @otherScales(%x: tensor<2x4xf32>, %t: tensor<2x1xf32>) -> tensor<2x4xf32> {
  %q, %s, %z = quern.dynamic_quantize %x : tensor<2x4xf32> -> tensor<2x4xui8>, tensor<2x1xf32>, tensor<2x1xui8>
  %y = quern.dequantize_rows %q, %t, %z : tensor<2x4xui8>, tensor<2x1xf32>, tensor<2x1xui8> -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}
