// Sizes of symbolic dimensions from calibration data.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"

#include "mlir/IR/BuiltinOps.h"

namespace quern {

/// Gives the inputs of an imported module the sizes of the samples in `options.calibrationData`, where
/// `options.dimensions` has left a dimension open, and says so in a remark. Adds the named ones to
/// `options.dimensions`. Nothing happens without such a dimension or without data; random data has no sizes.
///
/// Refused with a diagnostic that names input and dimension: samples that differ in it, inputs that differ in
/// a dimension of one name, an empty dimension; samples that do not fit the sizes of --dim.
llvm::LogicalResult bindDimensionsFromData(mlir::ModuleOp imported, CompileOptions &options);

} // namespace quern
