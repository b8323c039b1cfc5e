// Real functions of one tensor of 8-bit codes: whatever computes element by element from it and from
// constants.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Table.h"
#include "passes/Integerize/Codes.h"

namespace quern {

/// y[i] = function(real of argument[i]).
struct CodeFunction {
  TensorCodes argument;
  RealFunction function;
};

/// The function that computes `real`, followed upwards from `real` to one quern.dequantize. It may read its
/// argument more than once (x * sigmoid(x)), and constants that are the same for every element. Fails if
/// `real` depends on anything else. A dequantize alone is the identity.
mlir::FailureOr<CodeFunction> planFunction(mlir::Value real, Refusal &refusal);

/// The table of `function`, from every code of the argument's storage type to codes of `output`.
mlir::DenseElementsAttr makeTable(const CodeFunction &function, mlir::quant::UniformQuantizedType output);
/// The same, to f32.
mlir::DenseElementsAttr makeRealTable(const CodeFunction &function);

} // namespace quern
