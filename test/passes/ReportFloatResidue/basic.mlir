// RUN: quern-opt %s --quern-report-float-residue='file=%t.json' -o - 2> %t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=WARNING < %t.err
// RUN: FileCheck %s --check-prefix=JSON < %t.json
// RUN: not quern-opt %s --quern-report-float-residue=fail-on-float 2>&1 | FileCheck %s --check-prefix=ERROR

// CHECK: module attributes {quern.float_residue = "[
// JSON: "node": "loss"
// JSON: "numbers": 8
// JSON: "operator": "Erf"
// JSON: "reason": "has no table"
// JSON: "remedy": "wait"
// WARNING: warning: loc("loss"): Erf stays float because it has no table (it reads and writes 8 numbers per run); to change that: wait
// WARNING: warning: Gelu stays float because it expected a function of one tensor of 8-bit codes
// ERROR: error: loc("loss"): Erf stays float because it has no table (it reads and writes 8 numbers per run); to change that: wait
// ERROR: error: Gelu stays float because it expected
func.func @main(%acc: tensor<4xi32>) -> tensor<4xf32> {
  %x = quern.dequantize_accumulator %acc {scales = array<f32: 0.5>} : tensor<4xi32> -> tensor<4xf32>
  %y = onnx.Erf(%x) {quern.float_reason = "has no table", quern.float_remedy = "wait"} : (tensor<4xf32>) -> tensor<4xf32> loc("loss")
  %z = onnx.Gelu(%y) : (tensor<4xf32>) -> tensor<4xf32>
  return %z : tensor<4xf32>
}
