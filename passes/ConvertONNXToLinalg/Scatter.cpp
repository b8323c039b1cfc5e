// Updates of parts of a tensor, one after the other.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Tensor.h"
#include "passes/ConvertONNXToLinalg/Indexing.h"
#include "passes/ConvertONNXToLinalg/Reduction.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace quern::structure {

namespace {

/// What an update does to the elements that it meets.
using Combine = Value (*)(Scalars &, Value old, Value update);

FailureOr<Combine> combineOf(Emitter &b, StringRef reduction) {
  if (reduction == "none")
    return Combine([](Scalars &, Value, Value update) { return update; });
  if (reduction == "add")
    return Combine([](Scalars &s, Value old, Value update) { return s.add(old, update); });
  if (reduction == "mul")
    return Combine([](Scalars &s, Value old, Value update) { return s.multiply(old, update); });
  if (reduction == "max")
    return Combine([](Scalars &s, Value old, Value update) { return s.maximum(old, update); });
  if (reduction == "min")
    return Combine([](Scalars &s, Value old, Value update) { return s.minimum(old, update); });
  return b.refuse("expected reduction none, add, mul, max or min");
}

/// data[indices[i, 0], ..., indices[i, depth - 1], ...] = combine(..., updates[i, ...]) for each row i of
/// `indices`, in order. `updates` is [rows, the extents of data behind the first depth...].
Value scatterRows(Emitter &b, Value data, Value indices, Value updates, bool overwrites, Combine combine) {
  int64_t rows = shapeOf(indices)[0], depth = shapeOf(indices)[1], rank = tensorType(data).getRank();
  bool isUnsigned = b.isUnsigned();
  SmallVector<int64_t> partShape(shapeOf(data).drop_front(depth)), ones(rank, 1), sizes(depth, 1);
  llvm::append_range(sizes, partShape);
  SmallVector<int64_t> rowSizes(sizes.begin() + depth, sizes.end());
  rowSizes.insert(rowSizes.begin(), 1);
  auto attributes = [&](ArrayRef<int64_t> values) { return getAsIndexOpFoldResult(b.getContext(), values); };
  Value begin = arith::ConstantIndexOp::create(b, 0), end = arith::ConstantIndexOp::create(b, rows);
  Value one = arith::ConstantIndexOp::create(b, 1);
  auto partType = RankedTensorType::get(partShape, elementOf(data));
  auto loop = scf::ForOp::create(
      b, begin, end, one, data, [&](OpBuilder &builder, Location location, Value row, ValueRange carried) {
        ImplicitLocOpBuilder inner(location, builder);
        Indices i(inner);
        SmallVector<OpFoldResult> offsets(rank, inner.getIndexAttr(0)),
            rowOffsets(rowSizes.size(), offsets[0]);
        for (int64_t k = 0; k < depth; ++k) {
          Value index = tensor::ExtractOp::create(inner, indices, ValueRange{row, i.constant(k)});
          offsets[k] = i.inRange(i.from(index), shapeOf(data)[k]);
        }
        rowOffsets[0] = row;
        Value part =
            tensor::ExtractSliceOp::create(inner, partType, updates, rowOffsets, attributes(rowSizes),
                                           attributes(SmallVector<int64_t>(rowSizes.size(), 1)));
        if (!overwrites) {
          Value old = tensor::ExtractSliceOp::create(inner, partType, carried[0], offsets, attributes(sizes),
                                                     attributes(ones));
          part = mapElements(
              inner, {old, part}, [&](Scalars &s, ValueRange in) { return combine(s, in[0], in[1]); },
              isUnsigned);
        }
        Value after = tensor::InsertSliceOp::create(inner, part, carried[0], offsets, attributes(sizes),
                                                    attributes(ones));
        scf::YieldOp::create(inner, after);
      });
  return loop.getResult(0);
}

FailureOr<Value> lowerScatterND(onnx::ScatterNDOp op, Emitter &b) {
  Value data = b.operands[0], indices = b.operands[1], updates = b.operands[2];
  FailureOr<Combine> combine = combineOf(b, op.getReduction());
  if (failed(combine))
    return failure();
  int64_t rank = tensorType(data).getRank(), outer = tensorType(indices).getRank() - 1;
  int64_t depth = outer >= 0 ? shapeOf(indices)[outer] : 0;
  if (depth < 1 || depth > rank || tensorType(data).getNumElements() == 0)
    return b.refuse("expected indices that address dimensions of data that is not empty");
  SmallVector<int64_t> expected(shapeOf(indices).drop_back());
  llvm::append_range(expected, shapeOf(data).drop_front(depth));
  if (shapeOf(updates) != ArrayRef(expected))
    return b.refuse("expected updates of the extents that indices and data give");
  int64_t rows = tensorType(indices).getNumElements() / depth;
  if (rows == 0)
    return data;
  Value table = reshape(b, indices, {rows, depth});
  for (int64_t k = 0; k < depth; ++k) {
    Value column = tensor::ExtractSliceOp::create(b, table, getAsIndexOpFoldResult(b.getContext(), {0, k}),
                                                  getAsIndexOpFoldResult(b.getContext(), {rows, 1}),
                                                  getAsIndexOpFoldResult(b.getContext(), {1, 1}));
    requireIndices(b, column, shapeOf(data)[k]);
  }
  SmallVector<int64_t> updateShape(shapeOf(data).drop_front(depth));
  updateShape.insert(updateShape.begin(), rows);
  return scatterRows(b, data, table, reshape(b, updates, updateShape), op.getReduction() == "none", *combine);
}

} // namespace

void populateScatterPatterns(LoweringPatterns &patterns) { patterns.add<onnx::ScatterNDOp>(lowerScatterND); }

} // namespace quern::structure
