// How relevance passes from the results of an op to its operands.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"

#include <vector>

namespace quern {

/// The elements of f32 tensors on one sample.
using Activations = llvm::DenseMap<mlir::Value, std::vector<float>>;
/// Relevance of the elements of values; what is absent has none.
using Relevances = llvm::DenseMap<mlir::Value, std::vector<double>>;

/// Adds the relevance of the op's result to that of its activations, which sums up to the same (layer-wise
/// relevance propagation, Bach et al. 2015):
///  - a Conv, MatMul or Gemm with a constant weight: R_i = sum_j max(a_i w_ij, 0) / sum_i' max(a_i' w_i'j, 0)
///  R_j, the z+ rule
///    for activations of any sign; where no product is positive, all terms count alike;
///  - an Add or Sub of two activations of one shape: in proportion to |a| and |b|, element by element;
///  - a result with as many elements as its only activation: element by element, moved back by a Transpose;
///  - a result of which each element comes from a run of consecutive elements (a mean over the last axes): in
///  proportion to |a|
///    within the run;
///  - any other op: in proportion to |a| over all elements of all activations.
/// Values without `activations` (constants, integers) take no part.
void passRelevance(mlir::Operation *op, const Activations &activations, Relevances &relevances);

} // namespace quern
