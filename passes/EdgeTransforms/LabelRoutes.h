// How labels of channels pass from the result of an op to its operands.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "passes/EdgeTransforms/ChannelLabels.h"

#include <vector>

namespace quern {

struct LabelStep {
  unsigned operand;
  ChannelLabels labels;
  onnx::ChannelChange change;
};

/// All the operands that change together, and the ties between channels that this asks for.
struct LabelRoute {
  llvm::SmallVector<LabelStep, 2> steps;
  ChannelTies ties;
};

/// Ways to have result 0 of `op` transformed by its labels, the preferred first. Along one axis the op itself
/// knows them (ChannelTransformOpInterface). Where channels are spread over several axes, as in attention
/// with its heads:
///
/// | op | what changes | ties |
/// |---|---|---|
/// | Transpose, Reshape, Squeeze, Unsqueeze, Flatten, Neg, Identity | the input | |
/// | Expand | the input | channels that repeat one element |
/// | MatMul P V, labels not along its rows | V: P mixes rows, not channels | heads that share one V |
/// | Gather with constant indices, Slice, Concat | the inputs | channels that read one element |
/// | Mul | a constant that varies with the channels only, else one computed factor | broadcast factors |
/// | Add, Sub; z = 0 if both are computed | both sides | broadcast sides |
///
/// A rotation of pairs, x cos + P(x) sin, reaches x by two ways: both labellings of x are merged, which ties
/// the pairs.
std::vector<LabelRoute> listRoutes(mlir::Operation *op, const ChannelLabels &labels, bool shifted,
                                   const ChannelTies &ties);

} // namespace quern
