// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/LowerContractions/LowerContractions.h"

#include "lib/Targets/CPU/Loops/TiledExtent.h"
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

/// The tile that suits the nest, and the loops around it.
static void emitContraction(OpBuilder &builder, ContractionOp op, const ContractionNest &nest,
                            const Capabilities &capabilities) {
  Location loc = op.getLoc();
  int64_t lanes = op.getLanes(), vectors = llvm::divideCeil(nest.channel.size, lanes);
  TileShape tile = chooseTile(nest.rows.size, nest.columns.size, vectors, op.getMultiply(), capabilities);
  SmallVector<Value> buffers;
  for (Value operand : op->getOperands())
    buffers.push_back(flattenBuffer(builder, loc, operand));

  SmallVector<TiledExtent> extents{tileLoop(nest.rows, tile.rows), tileLoop(nest.columns, tile.columns)};
  TiledExtent channels = tileLoop(nest.channel, tile.vectors * lanes);
  channels.strides[ContractionNest::rhs] = tile.vectors * nest.blockStride;
  for (const StridedLoop &loop : llvm::reverse(nest.outer))
    extents.insert(extents.begin(), tileLoop(loop, 1));
  // Weights that stay in the cache are walked innermost, so that a tile of lhs is read from memory once;
  // others are walked outermost, so that they are.
  auto weights = cast<MemRefType>(op.getRhs().getType());
  int64_t weightBytes = weights.getNumElements() * weights.getElementTypeBitWidth() / 8;
  bool weightsStay = weightBytes <= capabilities.l2Bytes / 2;
  extents.insert(weightsStay ? extents.end() : extents.begin(), channels);
  unsigned rows = extents.size() - (weightsStay ? 3 : 2), channel = weightsStay ? extents.size() - 1 : 0;
  TileEmitter tiles(op, nest, buffers);
  emitTiles(builder, loc, extents, nest.offsets,
            [&](OpBuilder &nested, ArrayRef<Value> offsets, ArrayRef<int64_t> sizes) {
              TileShape shape{sizes[rows], sizes[rows + 1], int64_t(llvm::divideCeil(sizes[channel], lanes))};
              tiles.emit(nested, shape, sizes[channel], offsets);
            });
}

namespace {
struct LowerContractionsPass : impl::LowerContractionsBase<LowerContractionsPass> {
  using LowerContractionsBase::LowerContractionsBase;

  void runOnOperation() override {
    FailureOr<Capabilities> capabilities = requireCapabilities(getOperation(), triple, cpu, features);
    if (failed(capabilities))
      return signalPassFailure();
    WalkResult result = getOperation().walk([&](ContractionOp op) {
      FailureOr<ContractionNest> nest = analyzeContraction(op);
      if (failed(nest)) {
        op.emitOpError(
            "expected memrefs with constant strides, and lhs laid out as it was when rhs was packed");
        return WalkResult::interrupt();
      }
      OpBuilder builder(op);
      emitContraction(builder, op, *nest, *capabilities);
      op.erase();
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
} // namespace quern
