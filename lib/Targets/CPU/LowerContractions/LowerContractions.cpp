// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/LowerContractions/LowerContractions.h"

#include "lib/Targets/CPU/Loops/VectorMemory.h"
#include "lib/Targets/CPU/LowerContractions/ChooseTile.h"
#include "lib/Targets/CPU/LowerContractions/ContractionNest.h"
#include "lib/Targets/CPU/LowerContractions/EmitTile.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace quern {
#define GEN_PASS_DEF_LOWERCONTRACTIONS
#include "lib/Targets/CPU/LowerContractions/LowerContractions.h.inc"

using namespace cpu;

namespace {
/// A loop over tiles of an extent; the last tile may be smaller.
struct TiledExtent {
  int64_t extent, tile;
  SmallVector<int64_t> strides; ///< of a whole tile
  int64_t count() const { return llvm::divideCeil(extent, tile); }
  int64_t rest() const { return extent % tile; }
};

/// The loops around the tiles of one contraction.
class NestEmitter {
public:
  NestEmitter(ContractionOp op, const ContractionNest &nest, const Capabilities &capabilities)
      : op(op), nest(nest), loc(op.getLoc()) {
    vectors = llvm::divideCeil(nest.channel.size, int64_t(op.getLanes()));
    tile = chooseTile(nest.rows.size, nest.columns.size, vectors, op.getMultiply(), capabilities);
    auto weights = cast<MemRefType>(op.getRhs().getType());
    int64_t weightBytes = weights.getNumElements() * weights.getElementTypeBitWidth() / 8;
    weightsStay = weightBytes <= capabilities.l2Bytes / 2;
  }

  void emit(OpBuilder &builder);

private:
  TiledExtent tiled(const StridedLoop &loop, int64_t size) const {
    TiledExtent extent{loop.size, size, {}};
    for (int64_t stride : loop.strides)
      extent.strides.push_back(stride * size);
    return extent;
  }
  void emitVariant(OpBuilder &builder, TileEmitter &tiles, ArrayRef<Value> offsets, ArrayRef<Value> last,
                   TileShape shape, int64_t channels, unsigned dimension);

  ContractionOp op;
  const ContractionNest &nest;
  Location loc;
  int64_t vectors;
  TileShape tile;
  bool weightsStay;
  TiledExtent rows, columns, channels;
};
} // namespace

/// Emits the tile for each combination of whole and partial extents, chosen by `last`: conditions, one for
/// each of rows, columns and channels, null where an extent divides evenly.
void NestEmitter::emitVariant(OpBuilder &builder, TileEmitter &tiles, ArrayRef<Value> offsets,
                              ArrayRef<Value> last, TileShape shape, int64_t channelCount,
                              unsigned dimension) {
  if (dimension == 3)
    return tiles.emit(builder, shape, channelCount, offsets);
  const TiledExtent &extent = dimension == 0 ? rows : dimension == 1 ? columns : channels;
  auto partial = [&](OpBuilder &nested) {
    TileShape smaller = shape;
    int64_t count = channelCount;
    if (dimension == 0)
      smaller.rows = extent.rest();
    else if (dimension == 1)
      smaller.columns = extent.rest();
    else {
      count = extent.rest();
      smaller.vectors = llvm::divideCeil(count, int64_t(op.getLanes()));
    }
    emitVariant(nested, tiles, offsets, last, smaller, count, dimension + 1);
  };
  if (extent.rest() == 0)
    return emitVariant(builder, tiles, offsets, last, shape, channelCount, dimension + 1);
  if (extent.count() == 1)
    return partial(builder);
  scf::IfOp::create(
      builder, loc, last[dimension],
      [&](OpBuilder &nested, Location) {
        partial(nested);
        scf::YieldOp::create(nested, loc);
      },
      [&](OpBuilder &nested, Location) {
        emitVariant(nested, tiles, offsets, last, shape, channelCount, dimension + 1);
        scf::YieldOp::create(nested, loc);
      });
}

void NestEmitter::emit(OpBuilder &builder) {
  rows = tiled(nest.rows, tile.rows);
  columns = tiled(nest.columns, tile.columns);
  channels = tiled(nest.channel, tile.vectors * op.getLanes());
  channels.strides[ContractionNest::rhs] = tile.vectors * nest.blockStride;

  SmallVector<TiledExtent> extents;
  for (const StridedLoop &loop : nest.outer)
    extents.push_back(tiled(loop, 1));
  // Weights that stay in the cache are walked innermost, so that a tile of lhs is read from memory once;
  // others are walked outermost, so that they are.
  unsigned firstTiled = extents.size();
  extents.append({rows, columns, channels});
  if (!weightsStay)
    std::rotate(extents.begin(), extents.end() - 1, extents.end());
  auto position = [&](unsigned dimension) {
    if (weightsStay)
      return firstTiled + dimension;
    return dimension == 2 ? 0 : firstTiled + 1 + dimension;
  };

  Value zero = arith::ConstantIndexOp::create(builder, loc, 0),
        one = arith::ConstantIndexOp::create(builder, loc, 1);
  SmallVector<Value> buffers, lower(extents.size(), zero), upper, step(extents.size(), one);
  for (Value operand : op->getOperands())
    buffers.push_back(flattenBuffer(builder, loc, operand));
  for (const TiledExtent &extent : extents)
    upper.push_back(arith::ConstantIndexOp::create(builder, loc, extent.count()));
  scf::ParallelOp::create(
      builder, loc, lower, upper, step, [&](OpBuilder &nested, Location, ValueRange indices) {
        SmallVector<Value> offsets;
        for (auto [operand, constant] : llvm::enumerate(nest.offsets)) {
          Value offset = arith::ConstantIndexOp::create(nested, loc, constant);
          for (auto [index, extent] : llvm::zip(indices, extents))
            offset = addScaled(nested, loc, offset, index, extent.strides[operand]);
          offsets.push_back(offset);
        }
        SmallVector<Value> last(3);
        for (unsigned dimension = 0; dimension < 3; ++dimension) {
          const TiledExtent &extent = extents[position(dimension)];
          if (extent.rest() && extent.count() > 1)
            last[dimension] =
                arith::CmpIOp::create(nested, loc, arith::CmpIPredicate::eq, indices[position(dimension)],
                                      arith::ConstantIndexOp::create(nested, loc, extent.count() - 1));
        }
        TileEmitter tiles(op, nest, buffers);
        emitVariant(nested, tiles, offsets, last, tile, channels.tile, 0);
      });
}

namespace {
struct LowerContractionsPass : impl::LowerContractionsBase<LowerContractionsPass> {
  using LowerContractionsBase::LowerContractionsBase;

  void runOnOperation() override {
    llvm::Expected<Capabilities> capabilities = Capabilities::get(triple, cpu, features);
    if (!capabilities) {
      getOperation().emitError(llvm::toString(capabilities.takeError()));
      return signalPassFailure();
    }
    WalkResult result = getOperation().walk([&](ContractionOp op) {
      FailureOr<ContractionNest> nest = analyzeContraction(op);
      if (failed(nest)) {
        op.emitOpError(
            "expected memrefs with constant strides, and lhs laid out as it was when rhs was packed");
        return WalkResult::interrupt();
      }
      OpBuilder builder(op);
      NestEmitter(op, *nest, *capabilities).emit(builder);
      op.erase();
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
} // namespace quern
