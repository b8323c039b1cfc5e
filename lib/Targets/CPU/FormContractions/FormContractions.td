//===- FormContractions.td - linalg contractions to packed kernels ----*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def FormContractions : Pass<"quern-cpu-form-contractions", "mlir::func::FuncOp"> {
  let summary = "form quern_cpu.contraction from linalg, with packed weights and a fused epilogue";
  let description = [{
    With a the activations, w the weights, za and zw their zero points and r the reduction:

        sum_r (a - za) * (w - zw) = sum_r a * w' - za * sum_r w',   w' = w - zw

    so the second term is a constant of each output channel and joins the bias. All sums are modulo 2^32, where this
    rewriting is exact; the sum itself fits i32 because its producer proved so.

    - Integer weights are constants that fit the multiply instruction after subtraction of zw: s8 for `dot_quads` (s8
      activations are read as u8 = s8 + 128, and 128 joins za), s16 for `dot_pairs`. Otherwise the next wider form is used.
    - Constant weights are packed in the order in which the kernel reads them.
    - Element-wise consumers with one use of their operand and the same iteration space join the epilogue; their other operands
      may be broadcast.

    A contraction that has no form here (say, integer weights that are no constants) stays a linalg op, and is lowered as
    any other loop nest.

    Before:
    ```mlir
    %0 = linalg.generic {...} ins(%a, %w : tensor<49x64xi8>, tensor<32x64xi8>) outs(%bias : tensor<49x32xi32>) {... muli, addi}
    %1 = linalg.generic {...} ins(%0 : tensor<49x32xi32>) outs(%e : tensor<49x32xi8>) {... requantize}
    ```
    After:
    ```mlir
    %1 = quern_cpu.contraction ins(%a, %packed : tensor<49x64xi8>, tensor<1x2x16x64xi8>) initial(%b : tensor<32xi32>)
           outs(%e : tensor<49x32xi8>) attributes {multiply = #quern_cpu.multiply<dot_quads>, lanes = 16, run = 1, packed, ...}
           {^bb0(%acc: i32): ... requantize}
    ```
  }];
  let dependentDialects = ["quern::cpu::QuernCPUDialect"];
  let options = [
    Option<"triple", "triple", "std::string", "", "target triple; this machine's when empty">,
    Option<"cpu", "cpu", "std::string", "", "LLVM's name of the processor; this machine's when empty">,
    Option<"features", "features", "std::string", "", "features added to or taken from the processor's, +avx2,-fma">];
}
