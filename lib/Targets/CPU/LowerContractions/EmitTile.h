// Code for one register tile of a contraction.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/CPU/LowerContractions/ChooseTile.h"
#include "lib/Targets/CPU/LowerContractions/ContractionNest.h"

#include "mlir/IR/PatternMatch.h"

namespace quern::cpu {

/// Emits tiles of one contraction.
class TileEmitter {
public:
  /// `buffers` are the flat views of the op's operands.
  TileEmitter(ContractionOp op, const ContractionNest &nest, llvm::ArrayRef<mlir::Value> buffers)
      : op(op), nest(nest), buffers(buffers), loc(op.getLoc()) {}

  /// Computes a tile whose operands start at `offsets`. `channels` is how many channels exist from there on,
  /// at most tile.vectors * lanes.
  void emit(mlir::OpBuilder &builder, TileShape tile, int64_t channels, llvm::ArrayRef<mlir::Value> offsets);

private:
  using Values = llvm::SmallVector<mlir::Value>;

  Values initialize(mlir::OpBuilder &builder, llvm::ArrayRef<mlir::Value> offsets);
  Values reduce(mlir::OpBuilder &builder, unsigned level, mlir::Value lhs, mlir::Value rhs,
                Values accumulators);
  Values reduceRun(mlir::OpBuilder &builder, mlir::Value lhs, mlir::Value rhs, Values accumulators);
  Values reduceGroups(mlir::OpBuilder &builder, mlir::Value lhs, mlir::Value rhs, Values accumulators);
  Values reducePairs(mlir::OpBuilder &builder, mlir::Value lhs, mlir::Value rhs, Values accumulators);
  /// Multiplies one group; `half` is that of the bytes of rhs where weights are nibbles.
  Values step(mlir::OpBuilder &builder, mlir::Value lhs, mlir::Value rhs, Values accumulators,
              int64_t available, unsigned half = 0);
  mlir::Value loadScalar(mlir::OpBuilder &builder, mlir::Value offset, int64_t available);
  mlir::Value loadWeights(mlir::OpBuilder &builder, mlir::Value offset, int64_t vector, unsigned half);
  mlir::Value unpackNibbles(mlir::OpBuilder &builder, mlir::Value bytes, int64_t vector, unsigned half);
  mlir::Value multiplyAdd(mlir::OpBuilder &builder, mlir::Value scalar, mlir::Value weights,
                          mlir::Value accumulator);
  void finish(mlir::OpBuilder &builder, llvm::ArrayRef<mlir::Value> offsets,
              llvm::ArrayRef<mlir::Value> accumulators);

  /// How many channels of vector `v` exist.
  int64_t countOf(int64_t v) const { return std::min<int64_t>(op.getLanes(), channels - v * op.getLanes()); }
  /// What position (r, c) of the tile adds to the address of `operand`.
  int64_t displacement(unsigned operand, int64_t r, int64_t c) const {
    return r * nest.rows.strides[operand] + c * nest.columns.strides[operand];
  }
  /// Whether `operand` is the same for all positions of the tile.
  bool isPerChannel(unsigned operand) const {
    return (tile.rows == 1 || nest.rows.strides[operand] == 0) &&
           (tile.columns == 1 || nest.columns.strides[operand] == 0);
  }
  /// A vector of `operand` at a position of the tile.
  mlir::Value loadOperand(mlir::OpBuilder &builder, unsigned operand, mlir::Value offset, int64_t r,
                          int64_t c, int64_t v);

  mutable ContractionOp op;
  const ContractionNest &nest;
  llvm::ArrayRef<mlir::Value> buffers;
  mlir::Location loc;
  TileShape tile;
  int64_t channels = 0;
  Values lowest; ///< what nibbles are counted from, for each vector of the tile
};

} // namespace quern::cpu
