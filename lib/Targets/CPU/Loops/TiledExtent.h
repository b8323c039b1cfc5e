// Loops over tiles, the last of which may be smaller.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/CPU/Loops/StridedNest.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/MathExtras.h"

namespace quern::cpu {

/// An extent cut into tiles.
struct TiledExtent {
  int64_t extent = 1, tile = 1;
  llvm::SmallVector<int64_t, 4> strides; ///< by which a whole tile moves each operand

  int64_t count() const { return llvm::divideCeil(extent, tile); }
  int64_t rest() const { return extent % tile; }
};

/// `loop` in tiles of `size` iterations.
TiledExtent tileLoop(const StridedLoop &loop, int64_t size);

/// Emits one scf.parallel over all tiles of all extents, whose body calls `emit` with the address of each
/// operand and the size of the tile in each extent. Where an extent does not divide evenly, `emit` is called
/// once for whole tiles and once for the rest, under a condition.
void emitTiles(
    mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<TiledExtent> extents,
    llvm::ArrayRef<int64_t> offsets,
    llvm::function_ref<void(mlir::OpBuilder &, llvm::ArrayRef<mlir::Value>, llvm::ArrayRef<int64_t>)> emit);

} // namespace quern::cpu
