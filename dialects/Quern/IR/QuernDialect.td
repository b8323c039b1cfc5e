// The `quern` dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef QUERN_DIALECT
#define QUERN_DIALECT

include "mlir/IR/OpBase.td"

def Quern_Dialect : Dialect {
  let name = "quern";
  let cppNamespace = "::quern";
  let summary = "Decisions of a quantizer, and the integer arithmetic they lead to";
  let description = [{
    Attributes record what a quantizer decided and why. Ops are what upstream
    lacks between a float graph and integer arithmetic on tensors: casts with a
    stated rounding, per-channel transforms of an edge, requantization, table
    lookup, and the few operators that mix scales. Uniform formats use the
    `!quant.uniform` types of upstream's `quant` dialect.

    Every real operation on f32 below is one IEEE single-precision operation,
    rounded to nearest even; none is fused or reassociated. `rhe` rounds to the
    nearest integer, halves to even.
  }];
  let dependentDialects = ["::mlir::quant::QuantDialect"];
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let extraClassDeclaration = "void registerAttributes();";
}

#endif // QUERN_DIALECT
