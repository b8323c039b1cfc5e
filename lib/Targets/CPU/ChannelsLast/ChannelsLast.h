// Holds values around convolutions with their channels innermost.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Pass/Pass.h"

#include <string>

namespace quern {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "lib/Targets/CPU/ChannelsLast/ChannelsLast.h.inc"
} // namespace quern
