// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/Loops/TiledExtent.h"

#include "lib/Targets/CPU/Loops/VectorMemory.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace quern::cpu {

using EmitTile = llvm::function_ref<void(OpBuilder &, ArrayRef<Value>, ArrayRef<int64_t>)>;

TiledExtent tileLoop(const StridedLoop &loop, int64_t size) {
  TiledExtent extent{loop.size, size, loop.strides};
  for (int64_t &stride : extent.strides)
    stride *= size;
  return extent;
}

namespace {
/// Calls `emit` for each combination of whole and partial tiles.
struct VariantEmitter {
  Location loc;
  ArrayRef<TiledExtent> extents;
  ValueRange indices;
  ArrayRef<Value> offsets;
  EmitTile emit;

  void emitFrom(OpBuilder &builder, SmallVector<int64_t> sizes) {
    if (sizes.size() == extents.size())
      return emit(builder, offsets, sizes);
    const TiledExtent &extent = extents[sizes.size()];
    auto with = [&](OpBuilder &nested, int64_t size) {
      SmallVector<int64_t> longer = sizes;
      longer.push_back(size);
      emitFrom(nested, longer);
    };
    if (extent.rest() == 0 || extent.count() == 1)
      return with(builder, extent.rest() ? extent.rest() : extent.tile);
    Value isLast = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, indices[sizes.size()],
                                         arith::ConstantIndexOp::create(builder, loc, extent.count() - 1));
    auto branch = [&](int64_t size) {
      return [&, size](OpBuilder &nested, Location) {
        with(nested, size);
        scf::YieldOp::create(nested, loc);
      };
    };
    scf::IfOp::create(builder, loc, isLast, branch(extent.rest()), branch(extent.tile));
  }
};
} // namespace

void emitTiles(OpBuilder &builder, Location loc, ArrayRef<TiledExtent> extents, ArrayRef<int64_t> constants,
               EmitTile emit) {
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0),
        one = arith::ConstantIndexOp::create(builder, loc, 1);
  SmallVector<Value> lower(extents.size(), zero), upper, step(extents.size(), one);
  for (const TiledExtent &extent : extents)
    upper.push_back(arith::ConstantIndexOp::create(builder, loc, extent.count()));
  scf::ParallelOp::create(builder, loc, lower, upper, step,
                          [&](OpBuilder &nested, Location, ValueRange indices) {
                            SmallVector<Value> offsets;
                            for (auto [operand, constant] : llvm::enumerate(constants)) {
                              Value offset = arith::ConstantIndexOp::create(nested, loc, constant);
                              for (auto [index, extent] : llvm::zip(indices, extents))
                                offset = addScaled(nested, loc, offset, index, extent.strides[operand]);
                              offsets.push_back(offset);
                            }
                            VariantEmitter{loc, extents, indices, offsets, emit}.emitFrom(nested, {});
                          });
}

} // namespace quern::cpu
