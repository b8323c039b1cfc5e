// Words for writing shape inference.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/OpAttributes.h"
#include "dialects/ONNX/IR/OpHooks.h"

#include "mlir/IR/BuiltinTypes.h"

namespace quern::onnx::infer {

using Types = llvm::SmallVectorImpl<mlir::Type>;
using Shape = llvm::SmallVector<int64_t>;
inline constexpr int64_t unknown = mlir::ShapedType::kDynamic;

/// No dimension is larger, so that sums and products with numbers from attributes stay in range.
inline constexpr int64_t maximumSize = int64_t(1) << 40;

/// True of what a dimension can be: unknown, or from 0 to maximumSize.
bool isSize(int64_t number);

/// The type of an operand that is a tensor of known rank, else null.
mlir::RankedTensorType ranked(mlir::Operation *op, unsigned operand);

/// The element type of an operand that is a tensor, else null.
mlir::Type elementType(mlir::Operation *op, unsigned operand);

/// True unless the operand is `none`; an operand number beyond the last is absent too.
bool isPresent(mlir::Operation *op, unsigned operand);

/// The integers of an operand that is a constant; absent if it is not.
std::optional<Shape> integers(mlir::Operation *op, unsigned operand);

/// Appends a tensor type.
void add(Types &types, llvm::ArrayRef<int64_t> shape, mlir::Type elementType);
void addUnranked(Types &types, mlir::Type elementType);

/// Appends the declared types of the results that have no type yet: inference has nothing to say of them.
llvm::LogicalResult keepRest(mlir::Operation *op, Types &types);

/// Appends the type unless the result is unused (declared `none`).
void addOptional(mlir::Operation *op, Types &types, mlir::Type type);

/// C3: `axis` counts from the end if negative, and lies within `rank`.
llvm::FailureOr<int64_t> normalizeAxis(mlir::Operation *op, int64_t axis, int64_t rank);
llvm::FailureOr<Shape> normalizeAxes(mlir::Operation *op, llvm::ArrayRef<int64_t> axes, int64_t rank);

/// Reports, under the given label, the first number that no dimension can be.
llvm::LogicalResult checkSizes(mlir::Operation *op, llvm::StringRef label, llvm::ArrayRef<int64_t> sizes);

/// The product of dimensions, unknown if one is unknown.
int64_t product(llvm::ArrayRef<int64_t> dimensions);

/// What is known of a dimension that two places give; fails if they contradict each other.
llvm::FailureOr<int64_t> merge(int64_t a, int64_t b);

/// Operands first..last (exclusive) broadcast together (C4), with the given element type.
llvm::LogicalResult broadcast(mlir::Operation *op, unsigned first, unsigned last, mlir::Type elementType,
                              Types &types);

/// Begin and end of the dimensions that `onnx.Shape` returns of a tensor of this rank.
std::pair<int64_t, int64_t> shapeSlice(mlir::Operation *op, int64_t rank);

/// What `onnx.Slice` takes of each axis: `sizes` elements from `starts` on, `steps` apart.
struct SlicePlan {
  Shape starts, steps, sizes;
};

/// The plan, if starts, ends, axes and steps are constant. Violations of C3 and C13 are reported.
llvm::FailureOr<std::optional<SlicePlan>> planSlice(mlir::Operation *op, llvm::ArrayRef<int64_t> shape);

/// The permutation of `onnx.Transpose`; without `perm`, axes are reversed.
Shape transposition(mlir::Operation *op, int64_t rank);

} // namespace quern::onnx::infer
