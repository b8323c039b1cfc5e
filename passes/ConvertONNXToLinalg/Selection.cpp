// Ops that cut, join and pick parts of tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Tensor.h"
#include "passes/ConvertONNXToLinalg/Indexing.h"

using namespace mlir;

namespace quern::structure {

namespace {

/// The elements begin, begin + step, ... of each dimension, as many as `shape` says; steps may be negative.
Value takeSlice(ImplicitLocOpBuilder &b, Value source, ArrayRef<int64_t> begin, ArrayRef<int64_t> shape,
                ArrayRef<int64_t> steps) {
  if (llvm::all_of(steps, [](int64_t step) { return step > 0; }))
    return tensor::ExtractSliceOp::create(b, source, getAsIndexOpFoldResult(b.getContext(), begin),
                                          getAsIndexOpFoldResult(b.getContext(), shape),
                                          getAsIndexOpFoldResult(b.getContext(), steps));
  return gather(b, shape, source, {}, [&](ImplicitLocOpBuilder &inner, ValueRange at, ValueRange) {
    Indices i(inner);
    SmallVector<Value> position;
    for (auto [x, first, step] : llvm::zip_equal(at, begin, steps))
      position.push_back(i.add(i.multiply(x, step), first));
    return position;
  });
}

FailureOr<Value> lowerSlice(onnx::SliceOp, Emitter &b) {
  Value source = b.operands[0];
  int64_t rank = tensorType(source).getRank();
  FailureOr<SmallVector<int64_t>> starts = b.constantIntegers(1), ends = b.constantIntegers(2);
  FailureOr<SmallVector<int64_t>> axes =
      b.hasOperand(3) ? b.constantIntegers(3) : llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (failed(starts) || failed(ends) || failed(axes))
    return b.refuse("expected starts, ends and axes to be constant");
  if (!b.hasOperand(3))
    axes->resize(std::min<size_t>(starts->size(), rank));
  FailureOr<SmallVector<int64_t>> stated =
      b.hasOperand(4) ? b.constantIntegers(4) : SmallVector<int64_t>(axes->size(), 1);
  if (failed(stated) || llvm::is_contained(*stated, 0))
    return b.refuse("expected steps to be constant and not 0");
  if (starts->size() != axes->size() || ends->size() != axes->size() || stated->size() != axes->size())
    return b.refuse("expected as many starts, ends and steps as axes");

  SmallVector<int64_t> begin(rank, 0), steps(rank, 1), shape(shapeOf(source));
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    FailureOr<int64_t> normal = normalizeAxis(axis, rank);
    if (failed(normal))
      return b.refuse("expected axes within the rank of the input");
    int64_t extent = shapeOf(source)[*normal], step = (*stated)[i];
    auto clampTo = [&](int64_t at, int64_t low, int64_t high) {
      return std::clamp(at < 0 ? at + extent : at, low, high);
    };
    int64_t first = step > 0 ? clampTo((*starts)[i], 0, extent) : clampTo((*starts)[i], 0, extent - 1);
    int64_t last = step > 0 ? clampTo((*ends)[i], 0, extent) : clampTo((*ends)[i], -1, extent - 1);
    // A negative step may run to the very first element, which `ends` states as any number below -extent.
    int64_t length = step > 0 ? last - first : first - last;
    shape[*normal] = length <= 0 ? 0 : llvm::divideCeil(length, std::abs(step));
    begin[*normal] = first;
    steps[*normal] = step;
  }
  if (llvm::is_contained(shape, 0))
    return empty(b, shape, elementOf(source));
  return takeSlice(b, source, begin, shape, steps);
}

/// More parts than these are joined in groups first: bufferization follows a chain of insertions from each of
/// its ends, which takes hours for a thousand.
constexpr size_t kPartsJoinedAtOnce = 16;

/// The parts one behind the other along `axis`; they agree in all other extents.
Value join(ArrayRef<Value> parts, int64_t axis, Emitter &b) {
  SmallVector<Value> groups;
  if (parts.size() > kPartsJoinedAtOnce) {
    for (; !parts.empty(); parts = parts.drop_front(std::min(parts.size(), kPartsJoinedAtOnce)))
      groups.push_back(join(parts.take_front(kPartsJoinedAtOnce), axis, b));
    return join(groups, axis, b);
  }
  SmallVector<int64_t> shape(shapeOf(parts.front())), offsets(shape.size(), 0), ones(shape.size(), 1);
  shape[axis] = 0;
  for (Value part : parts)
    shape[axis] += shapeOf(part)[axis];
  Value result = empty(b, shape, elementOf(parts.front()));
  for (Value part : parts) {
    ArrayRef<int64_t> extents = shapeOf(part);
    result = tensor::InsertSliceOp::create(b, part, result, getAsIndexOpFoldResult(b.getContext(), offsets),
                                           getAsIndexOpFoldResult(b.getContext(), extents),
                                           getAsIndexOpFoldResult(b.getContext(), ones));
    offsets[axis] += extents[axis];
  }
  return result;
}

FailureOr<Value> lowerConcat(onnx::ConcatOp op, Emitter &b) {
  ArrayRef<int64_t> shape = b.resultShape();
  FailureOr<int64_t> axis = normalizeAxis(int64_t(op.getAxis()), shape.size());
  if (failed(axis))
    return b.refuse("expected an axis within the rank of the inputs");
  SmallVector<Value> parts;
  int64_t length = 0;
  for (Value part : b.operands) {
    ArrayRef<int64_t> extents = shapeOf(part);
    for (size_t i = 0; i < shape.size(); ++i)
      if (extents.size() != shape.size() || (int64_t(i) != *axis && extents[i] != shape[i]))
        return b.refuse("expected inputs of equal extents but for the axis");
    length += extents[*axis];
    if (tensorType(part).getNumElements() != 0)
      parts.push_back(part);
  }
  if (length != shape[*axis])
    return b.refuse("expected inputs that add up to the result along the axis");
  return parts.empty() ? empty(b, shape, b.resultElement()) : join(parts, *axis, b);
}

FailureOr<SmallVector<Value>> lowerSplit(onnx::SplitOp op, Emitter &b) {
  Value source = b.operands[0];
  int64_t rank = tensorType(source).getRank();
  FailureOr<int64_t> axis = normalizeAxis(int64_t(op.getAxis()), rank);
  if (failed(axis))
    return b.refuse("expected an axis within the rank of the input");
  SmallVector<int64_t> begin(rank, 0), ones(rank, 1);
  SmallVector<Value> parts;
  for (unsigned i = 0; i < b.op->getNumResults(); ++i) {
    ArrayRef<int64_t> shape = b.resultShape(i);
    if (begin[*axis] + shape[*axis] > shapeOf(source)[*axis])
      return b.refuse("expected parts that add up to the input");
    parts.push_back(takeSlice(b, source, begin, shape, ones));
    begin[*axis] += shape[*axis];
  }
  return parts;
}

/// result[before..., i..., behind...] = data[before..., indices[i...], behind...]
FailureOr<Value> lowerGather(onnx::GatherOp op, Emitter &b) {
  Value data = b.operands[0], indices = b.operands[1];
  int64_t rank = tensorType(data).getRank(), count = tensorType(indices).getRank();
  FailureOr<int64_t> axis = normalizeAxis(int64_t(op.getAxis()), rank);
  if (failed(axis))
    return b.refuse("expected an axis within the rank of the data");
  int64_t extent = shapeOf(data)[*axis];
  if (failed(checkIndices(b, 1, indices, extent)))
    return failure();
  SmallVector<AffineExpr> read;
  for (int64_t i = 0; i < count; ++i)
    read.push_back(b.getAffineDimExpr(*axis + i));
  Operand table{indices, AffineMap::get(rank - 1 + count, 0, read, b.getContext())};
  return gather(b, b.resultShape(), data, table,
                [&](ImplicitLocOpBuilder &inner, ValueRange at, ValueRange entry) {
                  Indices i(inner);
                  SmallVector<Value> position(at.take_front(*axis));
                  position.push_back(i.inRange(i.from(entry[0]), extent));
                  llvm::append_range(position, at.drop_front(*axis + count));
                  return position;
                });
}

/// result[i...] = data[i... with the axis replaced by indices[i...]]
FailureOr<Value> lowerGatherElements(onnx::GatherElementsOp op, Emitter &b) {
  Value data = b.operands[0], indices = b.operands[1];
  int64_t rank = tensorType(data).getRank();
  FailureOr<int64_t> axis = normalizeAxis(int64_t(op.getAxis()), rank);
  if (failed(axis) || tensorType(indices).getRank() != rank)
    return b.refuse("expected data and indices of equal rank, and an axis within it");
  for (int64_t i = 0; i < rank; ++i)
    if (i != *axis && shapeOf(indices)[i] > shapeOf(data)[i])
      return b.refuse("expected indices no larger than the data but for the axis");
  int64_t extent = shapeOf(data)[*axis];
  if (failed(checkIndices(b, 1, indices, extent)))
    return failure();
  Operand table{indices, b.getMultiDimIdentityMap(rank)};
  return gather(b, b.resultShape(), data, table,
                [&](ImplicitLocOpBuilder &inner, ValueRange at, ValueRange entry) {
                  Indices i(inner);
                  SmallVector<Value> position(at);
                  position[*axis] = i.inRange(i.from(entry[0]), extent);
                  return position;
                });
}

/// result[batch..., i..., rest...] = data[batch..., indices[batch..., i..., :]..., rest...]
FailureOr<Value> lowerGatherND(onnx::GatherNDOp op, Emitter &b) {
  Value data = b.operands[0], indices = b.operands[1];
  int64_t batch = int64_t(op.getBatchDims()), rank = tensorType(data).getRank();
  int64_t outer = tensorType(indices).getRank() - 1;
  int64_t depth = outer >= 0 ? shapeOf(indices)[outer] : -1;
  if (batch < 0 || depth < 1 || batch > outer || batch + depth > rank ||
      tensorType(data).getNumElements() == 0)
    return b.refuse("expected indices that address dimensions of data that is not empty");
  int64_t resultRank = b.resultType().getRank();
  SmallVector<Operand> tables;
  for (int64_t k = 0; k < depth; ++k) {
    SmallVector<int64_t> offsets(outer + 1, 0), sizes(shapeOf(indices)), ones(outer + 1, 1);
    offsets[outer] = k;
    sizes[outer] = 1;
    Value column = dropDimensions(b, takeSlice(b, indices, offsets, sizes, ones), {outer});
    requireIndices(b, column, shapeOf(data)[batch + k]);
    tables.push_back({column, b.getMultiDimIdentityMap(resultRank).getMajorSubMap(outer)});
  }
  return gather(b, b.resultShape(), data, tables,
                [&](ImplicitLocOpBuilder &inner, ValueRange at, ValueRange entries) {
                  Indices i(inner);
                  SmallVector<Value> position(at.take_front(batch));
                  for (auto [k, entry] : llvm::enumerate(entries))
                    position.push_back(i.inRange(i.from(entry), shapeOf(data)[batch + k]));
                  llvm::append_range(position, at.drop_front(outer));
                  return position;
                });
}

} // namespace

void populateSelectionPatterns(LoweringPatterns &patterns) {
  patterns.add<onnx::SliceOp>(lowerSlice);
  patterns.add<onnx::ConcatOp>(lowerConcat);
  patterns.add<onnx::SplitOp>(lowerSplit);
  patterns.add<onnx::GatherOp>(lowerGather);
  patterns.add<onnx::GatherElementsOp>(lowerGatherElements);
  patterns.add<onnx::GatherNDOp>(lowerGatherND);
}

} // namespace quern::structure
