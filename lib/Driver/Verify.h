// Comparing an artefact with a second execution before it is written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"
#include "lib/Targets/Common/Emit.h"

#include "mlir/IR/BuiltinOps.h"

namespace quern {

/// Runs `object` and the reference backend's code for the same structured module on a few samples (the
/// calibration data, or seeded random numbers where there is none) and refuses a difference beyond the
/// tolerances, naming output, element and both values. `structured` is consumed.
llvm::Error verifyAgainstReference(mlir::ModuleOp structured, const ModelObject &object,
                                   const Signature &signature, const CompileOptions &options);

/// The same with ONNX Runtime, started as a Python process of its own: on the model file where `hubForm` is
/// empty, else on `hubForm`, the bytes of the quantized model as ONNX. ONNX Runtime computes a quantized
/// model in float, so single codes may differ by one step.
llvm::Error verifyAgainstOnnxRuntime(llvm::StringRef hubForm, const ModelObject &object,
                                     const Signature &signature, const CompileOptions &options);

} // namespace quern
