// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/PadInPlace/PadInPlace.h"

#include "lib/Targets/CPU/IR/QuernCPU.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace quern {
#define GEN_PASS_DEF_PADINPLACE
#include "lib/Targets/CPU/PadInPlace/PadInPlace.h.inc"

namespace {
/// A box in a tensor.
struct Box {
  SmallVector<OpFoldResult> offsets, sizes, strides;

  Box(OpBuilder &builder, ArrayRef<int64_t> first, ArrayRef<int64_t> extent)
      : offsets(getAsIndexOpFoldResult(builder.getContext(), first)),
        sizes(getAsIndexOpFoldResult(builder.getContext(), extent)),
        strides(first.size(), builder.getIndexAttr(1)) {}
  Value extract(OpBuilder &builder, Location loc, Value from) const {
    return tensor::ExtractSliceOp::create(builder, loc, from, offsets, sizes, strides);
  }
  Value insert(OpBuilder &builder, Location loc, Value what, Value into) const {
    return tensor::InsertSliceOp::create(builder, loc, what, into, offsets, sizes, strides);
  }
};
} // namespace

/// A tensor of the padded shape whose border is filled. Each side covers what the sides of earlier dimensions
/// left.
static Value fillBorder(OpBuilder &builder, tensor::PadOp pad, Value fill) {
  Location loc = pad.getLoc();
  ArrayRef<int64_t> shape = pad.getType().getShape(), source = pad.getSourceType().getShape();
  Value buffer = tensor::EmptyOp::create(builder, loc, shape, pad.getType().getElementType());
  SmallVector<int64_t> first(shape.size(), 0), extent(shape);
  auto fillSide = [&] {
    Box side(builder, first, extent);
    Value filled =
        linalg::FillOp::create(builder, loc, fill, side.extract(builder, loc, buffer)).getResult(0);
    buffer = side.insert(builder, loc, filled, buffer);
  };
  for (size_t d = 0; d < shape.size(); ++d) {
    int64_t low = pad.getStaticLow()[d], high = pad.getStaticHigh()[d];
    if (low) {
      first[d] = 0;
      extent[d] = low;
      fillSide();
    }
    if (high) {
      first[d] = low + source[d];
      extent[d] = high;
      fillSide();
    }
    first[d] = low;
    extent[d] = source[d];
  }
  return buffer;
}

/// The op that makes `value` and can as well write it elsewhere: it overwrites a fresh destination. Null if
/// there is none.
static DestinationStyleOpInterface findWriter(Value value, tensor::PadOp pad) {
  auto writer = value.getDefiningOp<DestinationStyleOpInterface>();
  if (!writer || writer->getBlock() != pad->getBlock() || writer->getNumResults() != 1 ||
      writer.getNumDpsInits() != 1)
    return nullptr;
  if (!isa<linalg::LinalgOp, cpu::ContractionOp>(writer.getOperation()))
    return nullptr;
  return writer.getDpsInits()[0].getDefiningOp<tensor::EmptyOp>() ? writer : nullptr;
}

static void padInPlace(tensor::PadOp pad, RewriterBase &rewriter) {
  Value fill = pad.getConstantPaddingValue();
  if (!fill || !pad.getType().hasStaticShape() || !pad.getSourceType().hasStaticShape() ||
      !pad.getLow().empty() || !pad.getHigh().empty())
    return;
  DestinationStyleOpInterface writer = findWriter(pad.getSource(), pad);
  Operation *fillProducer = fill.getDefiningOp();
  if (writer && fillProducer && fillProducer->getBlock() == writer->getBlock() &&
      writer->isBeforeInBlock(fillProducer)) {
    if (!fillProducer->hasTrait<OpTrait::ConstantLike>())
      writer = nullptr;
    else
      rewriter.moveOpBefore(fillProducer, writer);
  }
  rewriter.setInsertionPoint(writer ? writer.getOperation() : pad.getOperation());
  Value buffer = fillBorder(rewriter, pad, fill);
  Box middle(rewriter, pad.getStaticLow(), pad.getSourceType().getShape());
  if (!writer) {
    rewriter.replaceOp(pad, middle.insert(rewriter, pad.getLoc(), pad.getSource(), buffer));
    return;
  }
  Value slice = middle.extract(rewriter, pad.getLoc(), buffer);
  rewriter.modifyOpInPlace(writer, [&] { writer.getDpsInitsMutable()[0].assign(slice); });
  rewriter.setInsertionPointAfter(writer);
  Value result = writer->getResult(0);
  Value padded = middle.insert(rewriter, pad.getLoc(), result, buffer);
  rewriter.replaceOp(pad, padded);
  // Whoever else reads the source reads it where it is now.
  if (!result.hasOneUse()) {
    Value view = middle.extract(rewriter, padded.getLoc(), padded); // the pad itself is gone
    rewriter.replaceUsesWithIf(result, view, [&](OpOperand &use) {
      return use.getOwner() != padded.getDefiningOp() && use.getOwner() != view.getDefiningOp();
    });
  }
}

namespace {
struct PadInPlacePass : impl::PadInPlaceBase<PadInPlacePass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<tensor::PadOp> pads;
    getOperation().walk([&](tensor::PadOp pad) { pads.push_back(pad); });
    for (tensor::PadOp pad : pads)
      padInPlace(pad, rewriter);
  }
};
} // namespace
} // namespace quern
