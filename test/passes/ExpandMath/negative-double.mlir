// The approximations are for single precision: double precision is left alone.
// RUN: quern-opt %s --pass-pipeline='builtin.module(func.func(quern-expand-math))' | FileCheck %s

// CHECK-LABEL: func.func @double
func.func @double(%x: f64) -> f64 {
  // CHECK: math.sin
  %0 = math.sin %x : f64
  return %0 : f64
}
