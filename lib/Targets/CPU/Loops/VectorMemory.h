// Loads and stores of vectors on flat buffers, whole or cut short, and the integer arithmetic of addresses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/Builders.h"

namespace quern::cpu {

/// base + index * stride; folds what is constant.
mlir::Value addScaled(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value base, mlir::Value index,
                      int64_t stride);

/// base + constant.
mlir::Value addConstant(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value base, int64_t constant);

/// A vector of `lanes` elements from `buffer` (one-dimensional) at `offset`, of which `count` are read; the
/// rest are zero.
mlir::Value loadVector(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value buffer, mlir::Value offset,
                       int64_t lanes, int64_t count);

/// The scalar at `offset`, in each lane.
mlir::Value loadBroadcast(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value buffer,
                          mlir::Value offset, int64_t lanes);

/// Writes the first `count` elements of `vector`.
void storeVector(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value vector, mlir::Value buffer,
                 mlir::Value offset, int64_t count);

} // namespace quern::cpu
