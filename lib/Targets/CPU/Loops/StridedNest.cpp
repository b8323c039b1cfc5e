// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/Loops/StridedNest.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace quern::cpu {

FailureOr<SmallVector<int64_t>> getConstantStrides(ShapedType type) {
  if (!type.hasStaticShape())
    return failure();
  if (auto memref = dyn_cast<MemRefType>(type)) {
    SmallVector<int64_t> strides;
    int64_t offset;
    if (failed(memref.getStridesAndOffset(strides, offset)) || llvm::any_of(strides, ShapedType::isDynamic))
      return failure();
    return strides;
  }
  SmallVector<int64_t> strides(type.getRank(), 1);
  for (int64_t i = type.getRank() - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * type.getDimSize(i + 1);
  return strides;
}

FailureOr<SmallVector<StridedLoop>> getStridedLoops(ArrayRef<int64_t> sizes, ArrayRef<AffineMap> maps,
                                                    ArrayRef<ShapedType> types,
                                                    SmallVectorImpl<int64_t> &offsets) {
  SmallVector<StridedLoop> loops;
  for (int64_t size : sizes)
    loops.push_back({size, SmallVector<int64_t, 4>(maps.size(), 0)});
  offsets.assign(maps.size(), 0);
  for (auto [operand, map] : llvm::enumerate(maps)) {
    if (map.getNumResults() == 0)
      continue; // a scalar
    FailureOr<SmallVector<int64_t>> strides = getConstantStrides(types[operand]);
    if (failed(strides))
      return failure();
    std::vector<SmallVector<int64_t, 8>> rows;
    if (failed(getFlattenedAffineExprs(map, &rows, nullptr)))
      return failure();
    for (auto [stride, row] : llvm::zip(*strides, rows)) {
      if (row.size() != sizes.size() + 1)
        return failure(); // a floordiv or mod adds a local variable
      for (auto [loop, coefficient] : llvm::zip(loops, row))
        loop.strides[operand] += coefficient * stride;
      offsets[operand] += row.back() * stride;
    }
  }
  return loops;
}

bool areContiguous(const StridedLoop &outer, const StridedLoop &inner) {
  for (auto [a, b] : llvm::zip(outer.strides, inner.strides))
    if (a != b * inner.size)
      return false;
  return true;
}

SmallVector<StridedLoop> mergeLoops(ArrayRef<StridedLoop> loops) {
  SmallVector<StridedLoop> merged;
  for (const StridedLoop &loop : loops) {
    if (loop.size == 1)
      continue;
    if (!merged.empty() && areContiguous(merged.back(), loop)) {
      merged.back().size *= loop.size;
      merged.back().strides = loop.strides;
    } else {
      merged.push_back(loop);
    }
  }
  return merged;
}

Value flattenBuffer(OpBuilder &builder, Location loc, Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  [[maybe_unused]] LogicalResult known = type.getStridesAndOffset(strides, offset);
  assert(succeeded(known) && "callers have read the strides");
  // The extent covers the last element, so that the view never names memory beyond the buffer.
  int64_t extent = 1;
  for (auto [size, stride] : llvm::zip(type.getShape(), strides))
    extent += (size - 1) * stride;
  OpFoldResult start = builder.getIndexAttr(offset);
  Value base = buffer;
  if (ShapedType::isDynamic(offset)) {
    auto metadata = memref::ExtractStridedMetadataOp::create(builder, loc, buffer);
    base = metadata.getBaseBuffer();
    start = metadata.getOffset();
  }
  auto layout = StridedLayoutAttr::get(builder.getContext(), offset, {1});
  auto flat = MemRefType::get({extent}, type.getElementType(), layout, type.getMemorySpace());
  return memref::ReinterpretCastOp::create(builder, loc, flat, base, start,
                                           ArrayRef<OpFoldResult>{builder.getIndexAttr(extent)},
                                           ArrayRef<OpFoldResult>{builder.getIndexAttr(1)});
}

bool hasElementsOfWholeBytes(Type type) {
  Type element = getElementTypeOrSelf(type);
  return element.isIntOrFloat() && element.getIntOrFloatBitWidth() % 8 == 0;
}

} // namespace quern::cpu
