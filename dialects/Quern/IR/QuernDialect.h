// The `quern` dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/Dialect.h"

#include "dialects/Quern/IR/QuernDialect.h.inc"
