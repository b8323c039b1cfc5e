// The mean square of each channel of the activations that weights multiply.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/Sensitivity/Sensitivity.h"

namespace quern {

/// E[x_j^2] over the samples of the inputs for each op's activation, by channel: axis 1 of a Conv's input,
/// the last of a product's left operand. Empty for other ops, whose elements then count alike.
llvm::Expected<std::vector<std::vector<double>>> measureActivationPowers(const SensitivityInputs &inputs);

/// The channel of the activation that element `index` of the variant's weight multiplies.
int64_t channelOfElement(mlir::Operation *op, const WeightVariant &variant, int64_t index);

} // namespace quern
