// Formulas for functions that need more than a polynomial.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/ExpandMath/FloatArithmetic.h"

#include "mlir/IR/PatternMatch.h"

namespace quern {

Float sine(Float x);
Float cosine(Float x);
Float tangent(Float x);
Float hyperbolicSine(Float x);
Float hyperbolicCosine(Float x);
Float inverseHyperbolicSine(Float x);
Float inverseHyperbolicCosine(Float x);
Float inverseHyperbolicTangent(Float x);
/// x^y with C's special values.
Float power(Float x, Float y);
/// C's fmod, exact.
Float remainder(Float x, Float y);

/// Adds one pattern for each formula above, on f32 scalars and vectors.
void populateFormulaPatterns(mlir::RewritePatternSet &patterns);

} // namespace quern
