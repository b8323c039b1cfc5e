// Lets producers write into padded buffers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Pass/Pass.h"

#include <string>

namespace quern {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "lib/Targets/CPU/PadInPlace/PadInPlace.h.inc"
} // namespace quern
