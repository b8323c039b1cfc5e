// Rewrites a function so that its values are held as assigned.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/CPU/ChannelsLast/AssignLayouts.h"

namespace quern::cpu {

/// Rewrites the ops around the values of `layouts`; inserts transposes where others need the plain order.
void rewriteLayouts(mlir::func::FuncOp function, const LayoutMap &layouts);

} // namespace quern::cpu
