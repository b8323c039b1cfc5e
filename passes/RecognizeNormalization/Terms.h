// Values as sums of products.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/RecognizeNormalization/Moments.h"

namespace quern {

/// sign * data * r^power * product of constants and of inverses of constants.
struct Term {
  double sign = 1;
  mlir::Value data;                                          ///< x, d or the mean; null for 1
  int power = 0;                                             ///< of r
  llvm::SmallVector<std::pair<mlir::Value, bool>> constants; ///< and whether it is the inverse that counts
};

/// `value` as a sum of terms, through Add, Sub, Mul, Div and Reciprocal. Adds the ops on the way to `group`.
/// Nothing if other values take part, data is multiplied with data, or the sum grows long.
std::optional<llvm::SmallVector<Term>> readTerms(mlir::Value value, const Moments &moments,
                                                 MatchedGroup &group);

/// True for the ops that readTerms looks through.
bool isTermStep(mlir::Operation *op);

/// y = scale * (normalized data) + shift.
struct Affine {
  llvm::SmallVector<Term> scale; ///< one product of constants
  llvm::SmallVector<Term> shift; ///< a sum of them, may be empty
};

/// The sum as a normalization of the moments (RecognizeNormalization.td); nothing if it is none.
std::optional<Affine> asNormalization(llvm::ArrayRef<Term> terms, const Moments &moments);

} // namespace quern
