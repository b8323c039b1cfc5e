// Ranges of the channels of a value, as calibration left them in the IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Numerics/Observer.h"
#include "passes/EdgeTransforms/ChannelMap.h"
#include "passes/QuantizationAnalysis/ValueRanges.h"

namespace quern {

/// Null where nothing is known.
ChannelRangesAttr findChannelRanges(mlir::Value value);

/// The observer that chose the value's range, which says so; nothing if none did.
std::optional<ObserverOptions> findObserver(mlir::Value value);

/// Makes the ranges and rows of an op's result those of the mapped value: rows and the channels' ranges
/// exactly. The tensor's range is what its observer chooses from the mapped rows; without rows it is that of
/// the channels, or, where these are unknown, the smallest that holds whatever the tensor's range allows.
void transformRanges(mlir::OpResult value, int64_t axis, const ChannelMap &map);

/// Makes `range` the tensor's range of a transformed value, and forgets its rows and the ranges of its
/// channels.
void replaceRanges(mlir::OpResult value, RealRange range);

/// Copies what is known of `from`, ranges and rows, to `to`, a value of the same type.
void copyRanges(mlir::Value from, mlir::OpResult to);

} // namespace quern
