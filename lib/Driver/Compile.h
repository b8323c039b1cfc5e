// From an ONNX file to an artefact: runs the stages in their order.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"

namespace quern {

/// Compiles as asked and writes one output, complete or not at all. Every reason of a refusal is an error
/// among `messages`.
Outcome compile(const CompileOptions &options, const Messages &messages);

} // namespace quern
