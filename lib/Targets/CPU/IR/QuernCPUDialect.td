//===- QuernCPUDialect.td - Ops between linalg and CPU loops ---*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef QUERN_CPU_DIALECT
#define QUERN_CPU_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/EnumAttr.td"

def QuernCPU_Dialect : Dialect {
  let name = "quern_cpu";
  let cppNamespace = "::quern::cpu";
  let summary = "kernels of the CPU target";
  let useDefaultAttributePrinterParser = 1;
  let description = [{
    What the CPU target decides about a loop nest before it is bufferized: which weights are packed in which order, which
    instruction multiplies, and which element-wise work is done while a tile is still in registers. Its ops are in
    destination style, live on tensors and, after bufferization, on memrefs, and disappear in
    `--quern-cpu-lower-contractions`.
  }];
}

def QuernCPU_Multiply : I32EnumAttr<"Multiply", "how a contraction multiplies and accumulates", [
    I32EnumAttrCase<"MultiplyAdd", 0, "multiply_add">,
    I32EnumAttrCase<"FusedMultiplyAdd", 1, "fused_multiply_add">,
    I32EnumAttrCase<"DotPairs", 2, "dot_pairs">,
    I32EnumAttrCase<"DotQuads", 3, "dot_quads">]> {
  let cppNamespace = "::quern::cpu";
  let genSpecializedAttr = 0;
}

def QuernCPU_MultiplyAttr : EnumAttr<QuernCPU_Dialect, QuernCPU_Multiply, "multiply"> {
  let assemblyFormat = "`<` $value `>`";
}

#endif // QUERN_CPU_DIALECT
