// Ops that view the same elements in another shape, or move them about.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/Tensor.h"
#include "passes/ConvertONNXToLinalg/Lowering.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;

namespace quern::structure {

/// Any op that keeps the row-major order of its elements: shape inference has computed the extents.
template <typename Op> static FailureOr<Value> lowerView(Op, Emitter &b) {
  if (tensorType(b.operands[0]).getNumElements() != b.resultType().getNumElements())
    return b.refuse("expected a shape of as many elements as the input has");
  return reshape(b, b.operands[0], b.resultShape());
}

static FailureOr<Value> lowerTranspose(onnx::TransposeOp op, Emitter &b) {
  int64_t rank = tensorType(b.operands[0]).getRank();
  SmallVector<int64_t> permutation;
  if (op.getPerm())
    permutation = llvm::to_vector(*op.getPerm());
  else
    permutation = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  if (int64_t(permutation.size()) != rank || !isPermutationVector(permutation))
    return b.refuse("expected perm to be a permutation of the dimensions");
  return transpose(b, b.operands[0], permutation);
}

static FailureOr<Value> lowerExpand(onnx::ExpandOp, Emitter &b) {
  ArrayRef<int64_t> own = shapeOf(b.operands[0]), to = b.resultShape();
  if (own.size() > to.size() || !llvm::all_of(llvm::zip_equal(own, to.take_back(own.size())), [](auto pair) {
        return std::get<0>(pair) == 1 || std::get<0>(pair) == std::get<1>(pair);
      }))
    return b.refuse("expected an input that broadcasts to the shape of the result");
  return broadcastTo(b, b.operands[0], to);
}

/// Each dimension in front of it gains one that numbers the copies; the pairs are then merged.
static FailureOr<Value> lowerTile(onnx::TileOp, Emitter &b) {
  SmallVector<int64_t> copies, source;
  for (auto [extent, result] : llvm::zip_equal(shapeOf(b.operands[0]), b.resultShape())) {
    if (extent == 0 || result % extent != 0)
      return b.refuse("expected repeats of an input that is not empty");
    copies.append({result / extent, extent});
    source.append({1, extent});
  }
  Value spread = broadcastTo(b, reshape(b, b.operands[0], source), copies);
  return reshape(b, spread, b.resultShape());
}

/// [N, C, H, W] -> blocks moved between channels and space, by way of a transposition of six dimensions.
static FailureOr<Value> lowerDepthToSpace(onnx::DepthToSpaceOp op, Emitter &b) {
  int64_t block = int64_t(op.getBlocksize());
  ArrayRef<int64_t> shape = shapeOf(b.operands[0]);
  if (shape.size() != 4 || block < 1 || shape[1] % (block * block) != 0)
    return b.refuse("expected an input of four dimensions, whose channels blocksize * blocksize divides");
  int64_t n = shape[0], c = shape[1] / (block * block), h = shape[2], w = shape[3];
  bool columnsFirst = op.getMode() == "CRD";
  if (!columnsFirst && op.getMode() != "DCR")
    return b.refuse("expected mode DCR or CRD");
  Value split = reshape(b, b.operands[0],
                        columnsFirst ? SmallVector<int64_t>{n, c, block, block, h, w}
                                     : SmallVector<int64_t>{n, block, block, c, h, w});
  Value moved = transpose(
      b, split, columnsFirst ? ArrayRef<int64_t>{0, 1, 4, 2, 5, 3} : ArrayRef<int64_t>{0, 3, 4, 1, 5, 2});
  return reshape(b, moved, b.resultShape());
}

static FailureOr<Value> lowerSpaceToDepth(onnx::SpaceToDepthOp op, Emitter &b) {
  int64_t block = int64_t(op.getBlocksize());
  ArrayRef<int64_t> shape = shapeOf(b.operands[0]);
  if (shape.size() != 4 || block < 1 || shape[2] % block != 0 || shape[3] % block != 0)
    return b.refuse("expected an input of four dimensions, whose height and width blocksize divides");
  bool columnsFirst = op.getMode() == "CRD";
  if (!columnsFirst && op.getMode() != "DCR")
    return b.refuse("expected mode DCR or CRD");
  Value split =
      reshape(b, b.operands[0], {shape[0], shape[1], shape[2] / block, block, shape[3] / block, block});
  return reshape(
      b,
      transpose(b, split,
                columnsFirst ? ArrayRef<int64_t>{0, 1, 3, 5, 2, 4} : ArrayRef<int64_t>{0, 3, 5, 1, 2, 4}),
      b.resultShape());
}

void populateReshapePatterns(LoweringPatterns &patterns) {
  patterns.add<onnx::ReshapeOp>(lowerView<onnx::ReshapeOp>);
  patterns.add<onnx::FlattenOp>(lowerView<onnx::FlattenOp>);
  patterns.add<onnx::SqueezeOp>(lowerView<onnx::SqueezeOp>);
  patterns.add<onnx::UnsqueezeOp>(lowerView<onnx::UnsqueezeOp>);
  patterns.add<onnx::TransposeOp>(lowerTranspose);
  patterns.add<onnx::ExpandOp>(lowerExpand);
  patterns.add<onnx::TileOp>(lowerTile);
  patterns.add<onnx::DepthToSpaceOp>(lowerDepthToSpace);
  patterns.add<onnx::SpaceToDepthOp>(lowerSpaceToDepth);
}

} // namespace quern::structure
