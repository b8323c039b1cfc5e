// Ranges of the channels of a value, as calibration left them in the IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernAttributes.h"
#include "passes/EdgeTransforms/ChannelMap.h"

namespace quern {

/// Null where nothing is known.
ChannelRangesAttr findChannelRanges(mlir::Value value);

/// Makes the ranges of an op's result those of the mapped value: the channels' exactly, the tensor's from
/// them, or, where channels are unknown, the smallest that holds whatever the tensor's range allows.
void transformRanges(mlir::OpResult value, int64_t axis, const ChannelMap &map);

/// Copies what is known of `from` to `to`, a value of the same type.
void copyRanges(mlir::Value from, mlir::OpResult to);

} // namespace quern
