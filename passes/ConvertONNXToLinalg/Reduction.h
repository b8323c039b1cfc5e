// Steps that reductions, softmax and normalization share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/ConvertONNXToLinalg/Lowering.h"
#include "passes/ConvertONNXToLinalg/Scalars.h"

namespace quern::structure {

/// The sum along `axes`, which disappear.
Value sumAlong(ImplicitLocOpBuilder &b, Value input, ArrayRef<int64_t> axes);
/// The maximum along `axes`, which disappear; NaN if one is there.
Value maximumAlong(ImplicitLocOpBuilder &b, Value input, ArrayRef<int64_t> axes, bool isUnsigned);
/// A result of reducing `shape` along `axes` with those axes kept at extent 1.
Value keepAxes(ImplicitLocOpBuilder &b, Value reduced, ArrayRef<int64_t> shape, ArrayRef<int64_t> axes);
/// How many elements each reduction along `axes` takes.
int64_t elementsAlong(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes);
/// formula(inputs...) with the shape and element type of the first input, to which the others broadcast.
Value mapElements(ImplicitLocOpBuilder &b, ValueRange inputs,
                  llvm::function_ref<Value(Scalars &, ValueRange)> formula, bool isUnsigned = false);

} // namespace quern::structure
