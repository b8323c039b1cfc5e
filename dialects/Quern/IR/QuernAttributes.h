// What a quantizer decides: formats, granularity, scheme, ranges, and for an op the precision of its
// operands. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinAttributes.h"

#include "dialects/Quern/IR/QuernEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Quern/IR/QuernAttributes.h.inc"

namespace quern {

/// Discardable attributes by which stages hand decisions on.
/// `quern.ranges`: on an op, one RangeAttr (or unit, for "unknown") per result.
inline constexpr llvm::StringLiteral kRangesAttrName = "quern.ranges";
/// `quern.range`: on a function's argument, its RangeAttr.
inline constexpr llvm::StringLiteral kRangeAttrName = "quern.range";
/// `quern.channel_ranges`: on an op, one ChannelRangesAttr (or unit) per result. Methods read it.
inline constexpr llvm::StringLiteral kChannelRangesAttrName = "quern.channel_ranges";
/// `quern.channel_range`: on a function's argument, its ChannelRangesAttr.
inline constexpr llvm::StringLiteral kChannelRangeAttrName = "quern.channel_range";
/// `quern.transformed_by`: on an op whose constants took in scales or shifts, the names of the methods.
inline constexpr llvm::StringLiteral kTransformedByAttrName = "quern.transformed_by";
/// `quern.left_alone`: on an op whose operands the method that runs next must not transform (a recipe says
/// so).
inline constexpr llvm::StringLiteral kLeftAloneAttrName = "quern.left_alone";
/// `quern.precision`: on an op, its PrecisionAttr; on a function before the stage assign, the one that its
/// ops are going to get: methods measure with it.
inline constexpr llvm::StringLiteral kPrecisionAttrName = "quern.precision";
/// `quern.second_moment`: on a product with constant weights, the sum of x x^T over the observed rows x of
/// its activation, as a tensor of f64.
inline constexpr llvm::StringLiteral kSecondMomentAttrName = "quern.second_moment";
/// `quern.activation_mean`: beside a second moment that is centered, the mean of those rows, as a tensor of
/// f64.
inline constexpr llvm::StringLiteral kActivationMeanAttrName = "quern.activation_mean";
/// `quern.rows`: on an op, for each result rows [count, channels] of f32 that calibration sampled from it, or
/// unit; on a function's argument, its rows. Between the stages calibrate and transform only.
inline constexpr llvm::StringLiteral kRowsAttrName = "quern.rows";
/// `quern.half_ranges`: beside rows, for each result the ChannelRangesAttr of two halves of all samples, or
/// unit; on a function's argument, its own. The rows number 0, 2, 4, ... are of the first half.
inline constexpr llvm::StringLiteral kHalfRangesAttrName = "quern.half_ranges";
/// `quern.row_scales`: on a product; each row of its first operand gets a scale of its own when the model
/// runs. Where the second operand is an activation too, the first one is not negative.
inline constexpr llvm::StringLiteral kRowScalesAttrName = "quern.row_scales";
/// `quern.float_reason`: on a quantizable op that stays float, a string that completes "the node ...".
inline constexpr llvm::StringLiteral kFloatReasonAttrName = "quern.float_reason";
/// `quern.prequantized`: on a module that arrived quantized; it is never quantized again.
inline constexpr llvm::StringLiteral kPrequantizedAttrName = "quern.prequantized";

} // namespace quern
