// A model with precisions before its ranges are known.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Recipe.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace quern {

/// A numbered copy of a prepared module after the stage assign, with an invented range wherever calibration
/// would find one: no op that will compute on codes stays float in it. Says nothing; fails where no value has
/// a range.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> sketchAssigned(mlir::ModuleOp prepared,
                                                                  const Recipe &recipe, bool integerTail);

} // namespace quern
