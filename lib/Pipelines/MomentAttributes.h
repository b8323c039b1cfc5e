// Second moments as attributes of the ops whose codes are chosen by them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/SecondMoment.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

namespace quern {

/// `quern.second_moment` and, where a bias takes in the mean of what is lost, `quern.activation_mean`; the
/// moment then is around the mean.
struct MomentAttributes {
  mlir::ElementsAttr moment, mean = {};

  static MomentAttributes get(mlir::MLIRContext *context, const SecondMoment &moment, bool centered);
  void setOn(mlir::Operation *op) const;
};

/// The op has a constant bias with one number for each channel.
bool canCorrectBias(mlir::Operation *op);

} // namespace quern
