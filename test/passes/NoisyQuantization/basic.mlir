// RUN: quern-opt %s --quern-noisy-quantization | FileCheck %s
// RUN: quern-opt %s --quern-noisy-quantization --quern-fold-edge-transforms | FileCheck %s --check-prefix=FOLDED
// RUN: quern-opt %s --quern-smooth-activations=alpha=0.5 --quern-noisy-quantization | FileCheck %s --check-prefix=AFTER
// RUN: quern-opt %s --quern-noisy-quantization --quern-noisy-quantization | FileCheck %s --check-prefix=ONCE
// RUN: quern-opt %s -o %t.before
// RUN: quern-opt %s --quern-noisy-quantization=amplitude=0 -o %t.zero
// RUN: diff %t.before %t.zero
// RUN: not quern-opt %s --quern-noisy-quantization=amplitude=2 2>&1 | FileCheck %s --check-prefix=LIMIT

// LIMIT: expected an amplitude from 0 to 1, got 2

// Values in the middle between two codes, of step 1 / 16: half a step is added, which is all they need. The bias takes
// -W N off.
// CHECK: onnx.Gelu
// CHECK: quern.edge_transform
// CHECK-SAME: provenance = ["noisyquant"]
// CHECK-SAME: "auto"
// CHECK-SAME: scale = array<f32: 1.000000e+00, 1.000000e+00>
// CHECK-SAME: shift = array<f32: [[N:-?[0-9.e+-]+]], [[N]]>
// CHECK: onnx.Gemm(%{{.*}}, %{{.*}}, %{{.*}}) {quern.transformed_by = ["noisyquant"]}

// FOLDED: onnx.Gelu
// FOLDED-NOT: onnx.Mul
// FOLDED: onnx.Add
// FOLDED-SAME: quern.float_reason
// FOLDED-SAME: "auto"

// AFTER: provenance = ["smoothquant"]
// AFTER: provenance = ["noisyquant"]

// ONCE-COUNT-1: quern.edge_transform
// ONCE-NOT: quern.edge_transform
func.func @main(%x: tensor<5x2xf32>) -> tensor<5x2xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [0.25, 2.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %g = onnx.Gelu(%x) {
    quern.rows = [dense<[[0.09375, 0.21875], [3.03125, 1.09375], [7.53125, 6.21875], [2.28125, 0.40625], [0.53125, 0.90625]]> : tensor<5x2xf32>],
    quern.channel_ranges = [#quern.channel_ranges<1, min = [0.0, 0.0], max = [15.9375, 7.0]>],
    quern.ranges = [#quern.range<0.0, 15.9375>]} : (tensor<5x2xf32>) -> tensor<5x2xf32>
  %y = onnx.Gemm(%g, %w, %none) : (tensor<5x2xf32>, tensor<2x2xf32>, none) -> tensor<5x2xf32>
  return %y : tensor<5x2xf32>
}
