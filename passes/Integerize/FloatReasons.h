// The reason that each op has to stay float.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/Integerize/Refusal.h"

namespace quern {

/// True for an ONNX op that computes on floats: it yields floats, and neither is a constant nor only moves
/// elements.
bool computesOnFloats(mlir::Operation *op);

/// Why `op` computes on floats: the reason that an earlier stage left on it, or else the refusal of the
/// analysis that its operator has. A reason reads on from "stays float because it ...".
Refusal explainFloat(mlir::Operation *op);

} // namespace quern
