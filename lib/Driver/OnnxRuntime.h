// ONNX Runtime as a peer, in a process of its own: Quern does not link it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/Sample.h"
#include "lib/Driver/Options.h"
#include "lib/Targets/Common/Signature.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace quern {

/// The outputs of ONNX Runtime, all graph optimizations off, on each sample: of the model file, or of
/// `model`'s bytes where there are any. Temporary files lie in a folder beside the output, which is removed.
/// Needs a Python with numpy and onnxruntime: `python3`, or the interpreter that the environment variable
/// QUERN_PYTHON names.
llvm::Expected<std::vector<Sample>> runOnnxRuntime(llvm::StringRef model, llvm::ArrayRef<Sample> samples,
                                                   const Signature &signature, const CompileOptions &options);

} // namespace quern
