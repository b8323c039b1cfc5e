// Comparing an artefact with a second execution before it is written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"
#include "lib/Targets/Common/Emit.h"

#include "mlir/IR/BuiltinOps.h"

namespace quern {

/// Runs `object` and the reference backend's code for the same structured module on a few samples (the calibration data, or seeded
/// random numbers where there is none) and refuses a difference beyond the tolerances, naming output, element and both values.
/// `structured` is consumed.
mlir::LogicalResult verifyAgainstReference(mlir::ModuleOp structured, const ModelObject &object, const Signature &signature,
                                           const CompileOptions &options);

} // namespace quern
