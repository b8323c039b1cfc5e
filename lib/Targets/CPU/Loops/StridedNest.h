// A loop nest over flat memory: what each loop adds to the address of each operand.
//
// Shapes are static and subscripts affine, so the address of an operand is a constant plus one constant
// stride per loop. Convolutions, matrix products, pools and element-wise work are then the same thing, and
// two loops are one where every operand walks through both without a gap.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace quern::cpu {

/// One loop: its trip count, and the elements by which it moves each operand.
struct StridedLoop {
  int64_t size = 1;
  llvm::SmallVector<int64_t, 4> strides;
};

/// Strides of `type`: of its memref layout, or row-major for a tensor. Fails where they are not constants.
mlir::FailureOr<llvm::SmallVector<int64_t>> getConstantStrides(mlir::ShapedType type);

/// The loops of a nest of the given sizes, whose operand o of type types[o] is subscripted by maps[o];
/// `offsets` receives what the constant terms of the subscripts add. Fails where a subscript is not linear.
mlir::FailureOr<llvm::SmallVector<StridedLoop>> getStridedLoops(llvm::ArrayRef<int64_t> sizes,
                                                                llvm::ArrayRef<mlir::AffineMap> maps,
                                                                llvm::ArrayRef<mlir::ShapedType> types,
                                                                llvm::SmallVectorImpl<int64_t> &offsets);

/// True when a loop `outer` around a loop `inner` is one loop of size outer * inner for every operand.
bool areContiguous(const StridedLoop &outer, const StridedLoop &inner);

/// Merges neighbours that are contiguous and drops loops of one iteration; order is kept.
llvm::SmallVector<StridedLoop> mergeLoops(llvm::ArrayRef<StridedLoop> loops);

/// A one-dimensional view of a memref's memory from its first element on, for flat addressing.
mlir::Value flattenBuffer(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value buffer);

/// Whether vectors of the elements of a tensor, memref or scalar can be loaded and stored: not so single
/// bits.
bool hasElementsOfWholeBytes(mlir::Type type);

} // namespace quern::cpu
