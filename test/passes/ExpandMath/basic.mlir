// RUN: quern-opt %s --pass-pipeline='builtin.module(func.func(quern-expand-math))' | FileCheck %s --implicit-check-not=math.fma
// RUN: quern-opt %s --pass-pipeline='builtin.module(func.func(quern-expand-math{keep-fma=true}))' | FileCheck %s --check-prefix=FMA

// Only what processors have is left.
// CHECK-LABEL: func.func @functions
// FMA: math.fma
func.func @functions(%x: f32, %v: vector<4xf32>) -> (f32, f32, f32, vector<4xf32>) {
  // CHECK-NOT: math.{{exp|cosh|tanh|powf|log|erf}}
  // CHECK-NOT: arith.remf
  %0 = math.cosh %x : f32
  %1 = math.powf %x, %0 : f32
  %2 = arith.remf %x, %1 : f32
  %3 = math.erf %v : vector<4xf32>
  // CHECK: return
  return %0, %1, %2, %3 : f32, f32, f32, vector<4xf32>
}
