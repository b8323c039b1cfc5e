// Attention: channels of heads lie on two axes, and some are one number behind the fold.
// RUN: quern-opt %s --quern-fold-edge-transforms --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @each_head_has_its_channels(
// CHECK: dense<{{\[\[}}5.000000e-01, 2.500000e-01, 1.250000e-01, 6.250000e-02], [
// CHECK-NOT: onnx.Mul(
// CHECK: return
func.func @each_head_has_its_channels(%x: tensor<1x3x4xf32>, %p: tensor<1x2x3x3xf32>) -> tensor<1x3x4xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x4xf32>} : () -> tensor<4x4xf32>
  %split = onnx.Constant() {value = dense<[1, 3, 2, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %join = onnx.Constant() {value = dense<[1, 3, 4]> : tensor<3xi64>} : () -> tensor<3xi64>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x3x4xf32>, tensor<4x4xf32>) -> tensor<1x3x4xf32>
  %1 = onnx.Reshape(%0, %split) : (tensor<1x3x4xf32>, tensor<4xi64>) -> tensor<1x3x2x2xf32>
  %v = onnx.Transpose(%1) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x3x2x2xf32>) -> tensor<1x2x3x2xf32>
  %2 = onnx.MatMul(%p, %v) : (tensor<1x2x3x3xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %3 = onnx.Transpose(%2) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x3x2xf32>) -> tensor<1x3x2x2xf32>
  %4 = onnx.Reshape(%3, %join) : (tensor<1x3x2x2xf32>, tensor<3xi64>) -> tensor<1x3x4xf32>
  %y = quern.edge_transform %4 {axis = 2 : i64, provenance = ["m"], scale = array<f32: 2.0, 4.0, 8.0, 16.0>, shift = array<f32: 0.0, 0.0, 0.0, 0.0>} : tensor<1x3x4xf32>
  return %y : tensor<1x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @heads_that_share_a_value(
// CHECK: dense<{{\[\[}}5.000000e-01, 2.500000e-01], [
// CHECK-NOT: onnx.Mul(
// CHECK: return
func.func @heads_that_share_a_value(%x: tensor<1x3x4xf32>, %p: tensor<1x2x3x3xf32>) -> tensor<1x3x4xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
  %split = onnx.Constant() {value = dense<[1, 3, 1, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %join = onnx.Constant() {value = dense<[1, 3, 4]> : tensor<3xi64>} : () -> tensor<3xi64>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x3x4xf32>, tensor<4x2xf32>) -> tensor<1x3x2xf32>
  %1 = onnx.Reshape(%0, %split) : (tensor<1x3x2xf32>, tensor<4xi64>) -> tensor<1x3x1x2xf32>
  %v = onnx.Transpose(%1) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x3x1x2xf32>) -> tensor<1x1x3x2xf32>
  %2 = onnx.MatMul(%p, %v) : (tensor<1x2x3x3xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %3 = onnx.Transpose(%2) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x3x2xf32>) -> tensor<1x3x2x2xf32>
  %4 = onnx.Reshape(%3, %join) : (tensor<1x3x2x2xf32>, tensor<3xi64>) -> tensor<1x3x4xf32>
  %y = quern.edge_transform %4 {axis = 2 : i64, provenance = ["m"], scale = array<f32: 2.0, 4.0, 2.0, 4.0>, shift = array<f32: 0.0, 0.0, 0.0, 0.0>} : tensor<1x3x4xf32>
  return %y : tensor<1x3x4xf32>
}

// -----

// No V has two scales: the function stays, by a multiplication.
// CHECK-LABEL: func.func @heads_that_share_a_value_untied_C4(
// CHECK: onnx.Constant() {value = dense<1.000000e+00> : tensor<4x2xf32>}
// CHECK: %[[E:.*]] = onnx.Reshape(%{{.*}}, %{{.*}}) : (tensor<1x3x2x2xf32>
// CHECK-NEXT: onnx.Mul(%[[E]],
func.func @heads_that_share_a_value_untied_C4(%x: tensor<1x3x4xf32>, %p: tensor<1x2x3x3xf32>) -> tensor<1x3x4xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
  %split = onnx.Constant() {value = dense<[1, 3, 1, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %join = onnx.Constant() {value = dense<[1, 3, 4]> : tensor<3xi64>} : () -> tensor<3xi64>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x3x4xf32>, tensor<4x2xf32>) -> tensor<1x3x2xf32>
  %1 = onnx.Reshape(%0, %split) : (tensor<1x3x2xf32>, tensor<4xi64>) -> tensor<1x3x1x2xf32>
  %v = onnx.Transpose(%1) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x3x1x2xf32>) -> tensor<1x1x3x2xf32>
  %2 = onnx.MatMul(%p, %v) : (tensor<1x2x3x3xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %3 = onnx.Transpose(%2) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x3x2xf32>) -> tensor<1x3x2x2xf32>
  %4 = onnx.Reshape(%3, %join) : (tensor<1x3x2x2xf32>, tensor<3xi64>) -> tensor<1x3x4xf32>
  // expected-remark @below {{cannot be folded}}
  %y = quern.edge_transform %4 {axis = 2 : i64, provenance = ["m"], scale = array<f32: 2.0, 4.0, 8.0, 16.0>, shift = array<f32: 0.0, 0.0, 0.0, 0.0>} : tensor<1x3x4xf32>
  return %y : tensor<1x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @values_that_are_repeated(
// CHECK: dense<{{\[\[}}5.000000e-01, 2.500000e-01], [
// CHECK-NOT: onnx.Mul(
// CHECK: return
func.func @values_that_are_repeated(%x: tensor<1x3x4xf32>, %p: tensor<1x2x3x3xf32>) -> tensor<1x3x4xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
  %split = onnx.Constant() {value = dense<[1, 3, 1, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %join = onnx.Constant() {value = dense<[1, 3, 4]> : tensor<3xi64>} : () -> tensor<3xi64>
  %axis = onnx.Constant() {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %times = onnx.Constant() {value = dense<[1, 1, 2, 3, 2]> : tensor<5xi64>} : () -> tensor<5xi64>
  %merge = onnx.Constant() {value = dense<[1, 2, 3, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x3x4xf32>, tensor<4x2xf32>) -> tensor<1x3x2xf32>
  %1 = onnx.Reshape(%0, %split) : (tensor<1x3x2xf32>, tensor<4xi64>) -> tensor<1x3x1x2xf32>
  %v = onnx.Transpose(%1) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x3x1x2xf32>) -> tensor<1x1x3x2xf32>
  %u = onnx.Unsqueeze(%v, %axis) : (tensor<1x1x3x2xf32>, tensor<1xi64>) -> tensor<1x1x1x3x2xf32>
  %e = onnx.Expand(%u, %times) : (tensor<1x1x1x3x2xf32>, tensor<5xi64>) -> tensor<1x1x2x3x2xf32>
  %r = onnx.Reshape(%e, %merge) : (tensor<1x1x2x3x2xf32>, tensor<4xi64>) -> tensor<1x2x3x2xf32>
  %2 = onnx.MatMul(%p, %r) : (tensor<1x2x3x3xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %3 = onnx.Transpose(%2) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x3x2xf32>) -> tensor<1x3x2x2xf32>
  %4 = onnx.Reshape(%3, %join) : (tensor<1x3x2x2xf32>, tensor<3xi64>) -> tensor<1x3x4xf32>
  %y = quern.edge_transform %4 {axis = 2 : i64, provenance = ["m"], scale = array<f32: 2.0, 4.0, 2.0, 4.0>, shift = array<f32: 0.0, 0.0, 0.0, 0.0>} : tensor<1x3x4xf32>
  return %y : tensor<1x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @values_that_are_repeated_untied_C4(
// CHECK: onnx.Mul(
func.func @values_that_are_repeated_untied_C4(%x: tensor<1x3x4xf32>, %p: tensor<1x2x3x3xf32>) -> tensor<1x3x4xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
  %split = onnx.Constant() {value = dense<[1, 3, 1, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %join = onnx.Constant() {value = dense<[1, 3, 4]> : tensor<3xi64>} : () -> tensor<3xi64>
  %axis = onnx.Constant() {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %times = onnx.Constant() {value = dense<[1, 1, 2, 3, 2]> : tensor<5xi64>} : () -> tensor<5xi64>
  %merge = onnx.Constant() {value = dense<[1, 2, 3, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x3x4xf32>, tensor<4x2xf32>) -> tensor<1x3x2xf32>
  %1 = onnx.Reshape(%0, %split) : (tensor<1x3x2xf32>, tensor<4xi64>) -> tensor<1x3x1x2xf32>
  %v = onnx.Transpose(%1) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x3x1x2xf32>) -> tensor<1x1x3x2xf32>
  %u = onnx.Unsqueeze(%v, %axis) : (tensor<1x1x3x2xf32>, tensor<1xi64>) -> tensor<1x1x1x3x2xf32>
  %e = onnx.Expand(%u, %times) : (tensor<1x1x1x3x2xf32>, tensor<5xi64>) -> tensor<1x1x2x3x2xf32>
  %r = onnx.Reshape(%e, %merge) : (tensor<1x1x2x3x2xf32>, tensor<4xi64>) -> tensor<1x2x3x2xf32>
  %2 = onnx.MatMul(%p, %r) : (tensor<1x2x3x3xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %3 = onnx.Transpose(%2) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x3x2xf32>) -> tensor<1x3x2x2xf32>
  %4 = onnx.Reshape(%3, %join) : (tensor<1x3x2x2xf32>, tensor<3xi64>) -> tensor<1x3x4xf32>
  // expected-remark @below {{cannot be folded}}
  %y = quern.edge_transform %4 {axis = 2 : i64, provenance = ["m"], scale = array<f32: 2.0, 4.0, 2.0, 8.0>, shift = array<f32: 0.0, 0.0, 0.0, 0.0>} : tensor<1x3x4xf32>
  return %y : tensor<1x3x4xf32>
}

// -----

// Neighbours are a pair.
// CHECK-LABEL: func.func @rotated_pairs(
// CHECK: dense<{{\[\[}}5.000000e-01, 5.000000e-01, 2.500000e-01, 2.500000e-01, 1.250000e-01, 1.250000e-01, 6.250000e-02, 6.250000e-02], [
// CHECK-COUNT-2: onnx.Mul(
// CHECK-NOT: onnx.Mul(
// CHECK: return
func.func @rotated_pairs(%x: tensor<1x3x4xf32>, %unused: tensor<1xf32>) -> tensor<1x3x8xf32> {
  %cos = onnx.Constant() {value = dense<[[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], [0.9, 1.0, 1.1, 1.2]]> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %sin = onnx.Constant() {value = dense<[[1.1, 1.2, 1.3, 1.4], [1.5, 1.6, 1.7, 1.8], [1.9, 2.0, 2.1, 2.2]]> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x8xf32>} : () -> tensor<4x8xf32>
  %split = onnx.Constant() {value = dense<[1, 3, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %join = onnx.Constant() {value = dense<[1, 3, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %swap = onnx.Constant() {value = dense<[1, 0, 3, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x3x4xf32>, tensor<4x8xf32>) -> tensor<1x3x8xf32>
  %1 = onnx.Reshape(%0, %split) : (tensor<1x3x8xf32>, tensor<4xi64>) -> tensor<1x3x2x4xf32>
  %q = onnx.Transpose(%1) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x3x2x4xf32>) -> tensor<1x2x3x4xf32>
  %r = onnx.Gather(%q, %swap) {axis = 3 : i64} : (tensor<1x2x3x4xf32>, tensor<4xi64>) -> tensor<1x2x3x4xf32>
  %2 = onnx.Mul(%q, %cos) : (tensor<1x2x3x4xf32>, tensor<3x4xf32>) -> tensor<1x2x3x4xf32>
  %3 = onnx.Mul(%r, %sin) : (tensor<1x2x3x4xf32>, tensor<3x4xf32>) -> tensor<1x2x3x4xf32>
  %4 = onnx.Add(%2, %3) : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  %5 = onnx.Transpose(%4) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x3x4xf32>) -> tensor<1x3x2x4xf32>
  %6 = onnx.Reshape(%5, %join) : (tensor<1x3x2x4xf32>, tensor<3xi64>) -> tensor<1x3x8xf32>
  %y = quern.edge_transform %6 {axis = 2 : i64, provenance = ["m"], scale = array<f32: 2.0, 2.0, 4.0, 4.0, 8.0, 8.0, 16.0, 16.0>, shift = array<f32: 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0>} : tensor<1x3x8xf32>
  return %y : tensor<1x3x8xf32>
}

// -----

// CHECK-LABEL: func.func @rotated_pairs_untied_C4(
// CHECK-COUNT-3: onnx.Mul(
func.func @rotated_pairs_untied_C4(%x: tensor<1x3x4xf32>, %unused: tensor<1xf32>) -> tensor<1x3x8xf32> {
  %cos = onnx.Constant() {value = dense<[[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], [0.9, 1.0, 1.1, 1.2]]> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %sin = onnx.Constant() {value = dense<[[1.1, 1.2, 1.3, 1.4], [1.5, 1.6, 1.7, 1.8], [1.9, 2.0, 2.1, 2.2]]> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x8xf32>} : () -> tensor<4x8xf32>
  %split = onnx.Constant() {value = dense<[1, 3, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %join = onnx.Constant() {value = dense<[1, 3, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %swap = onnx.Constant() {value = dense<[1, 0, 3, 2]> : tensor<4xi64>} : () -> tensor<4xi64>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x3x4xf32>, tensor<4x8xf32>) -> tensor<1x3x8xf32>
  %1 = onnx.Reshape(%0, %split) : (tensor<1x3x8xf32>, tensor<4xi64>) -> tensor<1x3x2x4xf32>
  %q = onnx.Transpose(%1) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x3x2x4xf32>) -> tensor<1x2x3x4xf32>
  %r = onnx.Gather(%q, %swap) {axis = 3 : i64} : (tensor<1x2x3x4xf32>, tensor<4xi64>) -> tensor<1x2x3x4xf32>
  %2 = onnx.Mul(%q, %cos) : (tensor<1x2x3x4xf32>, tensor<3x4xf32>) -> tensor<1x2x3x4xf32>
  %3 = onnx.Mul(%r, %sin) : (tensor<1x2x3x4xf32>, tensor<3x4xf32>) -> tensor<1x2x3x4xf32>
  %4 = onnx.Add(%2, %3) : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  %5 = onnx.Transpose(%4) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x3x4xf32>) -> tensor<1x3x2x4xf32>
  %6 = onnx.Reshape(%5, %join) : (tensor<1x3x2x4xf32>, tensor<3xi64>) -> tensor<1x3x8xf32>
  // expected-remark @below {{cannot be folded}}
  %y = quern.edge_transform %6 {axis = 2 : i64, provenance = ["m"], scale = array<f32: 2.0, 4.0, 4.0, 4.0, 8.0, 8.0, 16.0, 16.0>, shift = array<f32: 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0>} : tensor<1x3x8xf32>
  return %y : tensor<1x3x8xf32>
}

// -----

// Elements of the two halves are a pair.
// CHECK-LABEL: func.func @rotated_halves(
// CHECK: dense<{{\[\[}}5.000000e-01, 2.500000e-01, 5.000000e-01, 2.500000e-01, 1.250000e-01, 6.250000e-02, 1.250000e-01, 6.250000e-02], [
// CHECK-COUNT-2: onnx.Mul(
// CHECK-NOT: onnx.Mul(
// CHECK: return
func.func @rotated_halves(%x: tensor<1x3x4xf32>, %unused: tensor<1xf32>) -> tensor<1x3x8xf32> {
  %cos = onnx.Constant() {value = dense<[[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], [0.9, 1.0, 1.1, 1.2]]> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %sin = onnx.Constant() {value = dense<[[1.1, 1.2, 1.3, 1.4], [1.5, 1.6, 1.7, 1.8], [1.9, 2.0, 2.1, 2.2]]> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x8xf32>} : () -> tensor<4x8xf32>
  %split = onnx.Constant() {value = dense<[1, 3, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %join = onnx.Constant() {value = dense<[1, 3, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %none = onnx.NoValue() : () -> none
  %zero = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %two = onnx.Constant() {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %four = onnx.Constant() {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %last = onnx.Constant() {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x3x4xf32>, tensor<4x8xf32>) -> tensor<1x3x8xf32>
  %1 = onnx.Reshape(%0, %split) : (tensor<1x3x8xf32>, tensor<4xi64>) -> tensor<1x3x2x4xf32>
  %q = onnx.Transpose(%1) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x3x2x4xf32>) -> tensor<1x2x3x4xf32>
  %low = onnx.Slice(%q, %zero, %two, %last, %none) : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x2x3x2xf32>
  %high = onnx.Slice(%q, %two, %four, %last, %none) : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x2x3x2xf32>
  %negative = onnx.Neg(%high) : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %r = onnx.Concat(%negative, %low) {axis = -1 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32>
  %2 = onnx.Mul(%q, %cos) : (tensor<1x2x3x4xf32>, tensor<3x4xf32>) -> tensor<1x2x3x4xf32>
  %3 = onnx.Mul(%r, %sin) : (tensor<1x2x3x4xf32>, tensor<3x4xf32>) -> tensor<1x2x3x4xf32>
  %4 = onnx.Add(%2, %3) : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  %5 = onnx.Transpose(%4) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x3x4xf32>) -> tensor<1x3x2x4xf32>
  %6 = onnx.Reshape(%5, %join) : (tensor<1x3x2x4xf32>, tensor<3xi64>) -> tensor<1x3x8xf32>
  %y = quern.edge_transform %6 {axis = 2 : i64, provenance = ["m"], scale = array<f32: 2.0, 4.0, 2.0, 4.0, 8.0, 16.0, 8.0, 16.0>, shift = array<f32: 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0>} : tensor<1x3x8xf32>
  return %y : tensor<1x3x8xf32>
}

// -----

// CHECK-LABEL: func.func @rotated_halves_untied_C4(
// CHECK-COUNT-3: onnx.Mul(
func.func @rotated_halves_untied_C4(%x: tensor<1x3x4xf32>, %unused: tensor<1xf32>) -> tensor<1x3x8xf32> {
  %cos = onnx.Constant() {value = dense<[[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], [0.9, 1.0, 1.1, 1.2]]> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %sin = onnx.Constant() {value = dense<[[1.1, 1.2, 1.3, 1.4], [1.5, 1.6, 1.7, 1.8], [1.9, 2.0, 2.1, 2.2]]> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x8xf32>} : () -> tensor<4x8xf32>
  %split = onnx.Constant() {value = dense<[1, 3, 2, 4]> : tensor<4xi64>} : () -> tensor<4xi64>
  %join = onnx.Constant() {value = dense<[1, 3, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
  %none = onnx.NoValue() : () -> none
  %zero = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %two = onnx.Constant() {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %four = onnx.Constant() {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %last = onnx.Constant() {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x3x4xf32>, tensor<4x8xf32>) -> tensor<1x3x8xf32>
  %1 = onnx.Reshape(%0, %split) : (tensor<1x3x8xf32>, tensor<4xi64>) -> tensor<1x3x2x4xf32>
  %q = onnx.Transpose(%1) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x3x2x4xf32>) -> tensor<1x2x3x4xf32>
  %low = onnx.Slice(%q, %zero, %two, %last, %none) : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x2x3x2xf32>
  %high = onnx.Slice(%q, %two, %four, %last, %none) : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x2x3x2xf32>
  %negative = onnx.Neg(%high) : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %r = onnx.Concat(%negative, %low) {axis = -1 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32>
  %2 = onnx.Mul(%q, %cos) : (tensor<1x2x3x4xf32>, tensor<3x4xf32>) -> tensor<1x2x3x4xf32>
  %3 = onnx.Mul(%r, %sin) : (tensor<1x2x3x4xf32>, tensor<3x4xf32>) -> tensor<1x2x3x4xf32>
  %4 = onnx.Add(%2, %3) : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  %5 = onnx.Transpose(%4) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x3x4xf32>) -> tensor<1x3x2x4xf32>
  %6 = onnx.Reshape(%5, %join) : (tensor<1x3x2x4xf32>, tensor<3xi64>) -> tensor<1x3x8xf32>
  // expected-remark @below {{cannot be folded}}
  %y = quern.edge_transform %6 {axis = 2 : i64, provenance = ["m"], scale = array<f32: 2.0, 2.0, 4.0, 4.0, 8.0, 8.0, 16.0, 16.0>, shift = array<f32: 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0>} : tensor<1x3x8xf32>
  return %y : tensor<1x3x8xf32>
}

// -----

// Rows that a reshape splits hold each channel more than once.
// CHECK-LABEL: func.func @split_channels
// CHECK: dense<{{\[\[}}5.000000e-01, 2.500000e-01, 5.000000e-01, 2.500000e-01], [
// CHECK-NOT: onnx.Mul(
// CHECK: return
func.func @split_channels(%x: tensor<8x4xf32>) -> tensor<16x2xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x4xf32>} : () -> tensor<4x4xf32>
  %shape = onnx.Constant() {value = dense<[16, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %m = onnx.MatMul(%x, %w) : (tensor<8x4xf32>, tensor<4x4xf32>) -> tensor<8x4xf32>
  %r = onnx.Reshape(%m, %shape) : (tensor<8x4xf32>, tensor<2xi64>) -> tensor<16x2xf32>
  %y = quern.edge_transform %r {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 0.0>} : tensor<16x2xf32>
  return %y : tensor<16x2xf32>
}
