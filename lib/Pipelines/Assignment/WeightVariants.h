// What the weights of an op would be with each of its precisions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/AssignableOps.h"
#include "lib/Pipelines/Quantize.h"

namespace quern {

/// One op as it is with codes for weights: its weight and bias in reals, after the codes.
struct WeightVariant {
  mlir::DictionaryAttr
      attributes; ///< of the op: a factor or transposition of a Gemm may have been carried out
  mlir::ElementsAttr weight;
  mlir::ElementsAttr bias; ///< null where it is that of the model, or there is none
};

/// For each op with a weight and each option, the weights that the stage quantize makes with `options`,
/// roundings included. The module is left as it is. Refusals are diagnostics.
llvm::FailureOr<std::vector<std::vector<WeightVariant>>> makeWeightVariants(mlir::ModuleOp assigned,
                                                                            llvm::ArrayRef<AssignableOp> ops,
                                                                            const Recipe &recipe,
                                                                            const QuantizeOptions &options);

/// The elements of a constant, or of the dequantization of constant codes; null for other values.
mlir::ElementsAttr readWeightAsReals(mlir::Value value);

/// The weight that the model has, in the order and with the factor of `variant`'s.
std::vector<float> readFloatWeight(mlir::Operation *op, const WeightVariant &variant);

} // namespace quern
