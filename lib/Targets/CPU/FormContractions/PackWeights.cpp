// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/FormContractions/PackWeights.h"

#include "lib/Targets/CPU/FormContractions/PackNibbles.h"
#include "lib/Targets/CPU/Loops/ConstantElements.h"
#include "lib/Targets/CPU/Loops/StridedNest.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace quern::cpu {

namespace {
/// The weights as the kernel sees them: where each (batch, channel, reduction) is in the source.
struct WeightIndex {
  SmallVector<int64_t> batch{0};
  SmallVector<int64_t> reduction{0};
  int64_t channels = 1, channelStride = 0, run = 1;
  SmallVector<unsigned> batchLoops;

  int64_t at(int64_t b, int64_t n, int64_t k) const { return batch[b] + n * channelStride + reduction[k]; }
};
} // namespace

/// `offsets` crossed with one more inner loop.
static void addLoop(SmallVector<int64_t> &offsets, int64_t size, int64_t stride) {
  SmallVector<int64_t> crossed;
  crossed.reserve(offsets.size() * size);
  for (int64_t offset : offsets)
    for (int64_t i = 0; i < size; ++i)
      crossed.push_back(offset + i * stride);
  offsets = std::move(crossed);
}

static FailureOr<WeightIndex> indexWeights(const ContractionMatch &match) {
  SmallVector<int64_t> offsets;
  FailureOr<SmallVector<StridedLoop>> loops = getStridedLoops(
      match.loopSizes, {match.rhs.map}, {cast<ShapedType>(match.rhs.value.getType())}, offsets);
  if (failed(loops))
    return failure();
  WeightIndex index;
  index.reduction[0] = offsets[0];
  unsigned n = match.parallelCount - 1;
  for (auto [position, loop] : llvm::enumerate(*loops)) {
    int64_t stride = loop.strides[0];
    if (position < n && stride != 0) {
      addLoop(index.batch, loop.size, stride);
      index.batchLoops.push_back(position);
    } else if (position == n) {
      index.channels = loop.size;
      index.channelStride = stride;
    } else if (position > n) {
      addLoop(index.reduction, loop.size, stride);
      if (position >= loops->size() - match.run)
        index.run *= loop.size;
    }
  }
  return index;
}

/// Calls `place(destination, b, n, k)` for each packed element that holds a weight, in order; the others are
/// zero. Returns the shape of the packed tensor.
static SmallVector<int64_t> walkPacked(const WeightIndex &index, int64_t lanes, int64_t groupSize,
                                       llvm::function_ref<void(int64_t, int64_t, int64_t, int64_t)> place) {
  int64_t blocks = llvm::divideCeil(index.channels, lanes), groups = llvm::divideCeil(index.run, groupSize);
  int64_t outer = index.reduction.size() / index.run, destination = 0;
  for (int64_t b = 0; b < int64_t(index.batch.size()); ++b)
    for (int64_t block = 0; block < blocks; ++block)
      for (int64_t o = 0; o < outer; ++o)
        for (int64_t g = 0; g < groups; ++g) {
          // The last group of a run ends where the run ends, and leaves to its neighbour what both cover.
          int64_t start = std::max<int64_t>(0, std::min(g * groupSize, index.run - groupSize));
          for (int64_t lane = 0; lane < lanes; ++lane)
            for (int64_t k = 0; k < groupSize; ++k, ++destination) {
              int64_t n = block * lanes + lane, position = start + k;
              if (n < index.channels && position < index.run && position >= g * groupSize)
                place(destination, b, n, o * index.run + position);
            }
        }
  return {int64_t(index.batch.size()), blocks, outer * groups, lanes * groupSize};
}

template <typename T> static ArrayRef<char> asBytes(const std::vector<T> &values) {
  return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T)};
}

static int64_t readWeight(const ConstantElements &weights, int64_t index, const Factor &rhs) {
  int64_t value = weights.getSigned(index);
  if (!rhs.isSigned)
    value &= (int64_t(1) << weights.getElementType().getIntOrFloatBitWidth()) - 1;
  return value - rhs.zeroPoint;
}

/// The least and the greatest of w - zw, zero included.
static std::pair<int64_t, int64_t> weightRange(const ContractionMatch &match, const WeightIndex &index,
                                               const ConstantElements &weights) {
  int64_t low = 0, high = 0;
  for (int64_t b = 0; b < int64_t(index.batch.size()); ++b)
    for (int64_t n = 0; n < index.channels; ++n)
      for (int64_t k = 0; k < int64_t(index.reduction.size()); ++k) {
        int64_t weight = readWeight(weights, index.at(b, n, k), match.rhs);
        low = std::min(low, weight);
        high = std::max(high, weight);
      }
  return {low, high};
}

static bool fitsByte(const ContractionMatch &match, const WeightIndex &index,
                     const ConstantElements &weights) {
  auto [low, high] = weightRange(match, index, weights);
  return low >= -128 && high <= 127;
}

/// The first form whose weights hold all of w - zw.
static Multiply chooseIntegerMultiply(const ContractionMatch &match, const WeightIndex &index,
                                      const ConstantElements &weights, const Capabilities &capabilities) {
  if (!getElementTypeOrSelf(match.lhs.value.getType()).isInteger(8))
    return Multiply::MultiplyAdd;
  auto [low, high] = weightRange(match, index, weights);
  if (capabilities.dotQuads && low >= -128 && high <= 127)
    return Multiply::DotQuads;
  // Two products of a 9-bit and a 9-bit value stay far from the one sum pmaddwd cannot represent.
  if (capabilities.dotPairs && low >= -256 && high <= 255)
    return Multiply::DotPairs;
  return Multiply::MultiplyAdd;
}

/// -za * sum_r w' for each batch and channel, modulo 2^32.
static std::vector<uint32_t> zeroPointTerms(const ContractionMatch &match, const WeightIndex &index,
                                            const ConstantElements &weights, Multiply multiply) {
  int64_t zeroPoint = match.lhs.zeroPoint;
  if (multiply == Multiply::DotQuads && match.lhs.isSigned)
    zeroPoint += 128; // s8 is read as u8 = s8 + 128
  std::vector<uint32_t> terms;
  for (int64_t b = 0; b < int64_t(index.batch.size()); ++b)
    for (int64_t n = 0; n < index.channels; ++n) {
      int64_t sum = 0;
      for (int64_t k = 0; k < int64_t(index.reduction.size()); ++k)
        sum += readWeight(weights, index.at(b, n, k), match.rhs);
      terms.push_back(static_cast<uint32_t>(-zeroPoint * sum));
    }
  return terms;
}

static int64_t groupSizeOf(Multiply multiply) {
  return multiply == Multiply::DotQuads ? 4 : multiply == Multiply::DotPairs ? 2 : 1;
}

static int64_t bytesPerWeight(Multiply multiply) {
  return multiply == Multiply::DotQuads ? 1 : multiply == Multiply::DotPairs ? 2 : 4;
}

/// The weights in the kernel's order as integers of type T.
template <typename T>
static std::vector<T> packAs(const ContractionMatch &match, const WeightIndex &index,
                             const ConstantElements &weights, const KernelOperands &kernel,
                             SmallVector<int64_t> &shape) {
  int64_t groupSize = groupSizeOf(kernel.multiply);
  int64_t groups = index.reduction.size() / index.run * llvm::divideCeil(index.run, groupSize);
  std::vector<T> packed(index.batch.size() * llvm::alignTo(index.channels, kernel.lanes) * groups *
                        groupSize);
  shape = walkPacked(index, kernel.lanes, groupSize, [&](int64_t to, int64_t b, int64_t n, int64_t k) {
    packed[to] = static_cast<T>(readWeight(weights, index.at(b, n, k), match.rhs));
  });
  return packed;
}

static Value packInteger(const ContractionMatch &match, const WeightIndex &index,
                         const ConstantElements &weights, KernelOperands &kernel, OpBuilder &builder,
                         Location loc) {
  SmallVector<int64_t> shape;
  auto create = [&](ArrayRef<int64_t> extents, const auto &values) {
    auto type = RankedTensorType::get(extents, builder.getIntegerType(8 * sizeof(values[0])));
    return createResourceConstant(builder, loc, "packed_weights", type, asBytes(values));
  };
  if (fitsByte(match, index, weights)) {
    std::vector<int8_t> bytes = packAs<int8_t>(match, index, weights, kernel, shape);
    int64_t runRows = llvm::divideCeil(index.run, groupSizeOf(kernel.multiply));
    if (auto nibbles = packNibbles(bytes, shape, runRows, bytesPerWeight(kernel.multiply))) {
      kernel.nibbles = true;
      return create(nibbles->shape, nibbles->bytes);
    }
    if (kernel.multiply == Multiply::DotQuads)
      return create(shape, bytes);
  }
  if (kernel.multiply == Multiply::DotPairs) {
    std::vector<int16_t> pairs = packAs<int16_t>(match, index, weights, kernel, shape);
    return create(shape, pairs);
  }
  std::vector<int32_t> wide = packAs<int32_t>(match, index, weights, kernel, shape);
  return create(shape, wide);
}

static Value packFloat(const WeightIndex &index, const ConstantElements &weights, int64_t lanes,
                       OpBuilder &builder, Location loc) {
  std::vector<std::array<char, 4>> packed(index.batch.size() * llvm::alignTo(index.channels, lanes) *
                                          index.reduction.size());
  SmallVector<int64_t> shape = walkPacked(index, lanes, 1, [&](int64_t to, int64_t b, int64_t n, int64_t k) {
    llvm::copy(weights.getBytes(index.at(b, n, k)), packed[to].begin());
  });
  return createResourceConstant(builder, loc, "packed_weights",
                                RankedTensorType::get(shape, builder.getF32Type()), asBytes(packed));
}

/// The map (loops) -> (batch loops, n).
static AffineMap channelMap(const ContractionMatch &match, const WeightIndex &index, MLIRContext *context) {
  SmallVector<AffineExpr> results;
  for (unsigned loop : index.batchLoops)
    results.push_back(getAffineDimExpr(loop, context));
  results.push_back(getAffineDimExpr(match.parallelCount - 1, context));
  return AffineMap::get(match.loopSizes.size(), 0, results, context);
}

static RankedTensorType channelType(const ContractionMatch &match, const WeightIndex &index) {
  SmallVector<int64_t> shape;
  for (unsigned loop : index.batchLoops)
    shape.push_back(match.loopSizes[loop]);
  shape.push_back(index.channels);
  return RankedTensorType::get(shape, match.accumulator);
}

/// Adds a constant start of the sums to `terms`; false where it is not constant or varies with other loops.
static bool addConstantInitial(const ContractionMatch &match, const WeightIndex &index,
                               std::vector<uint32_t> &terms) {
  APInt scalar;
  if (!isa<ShapedType>(match.initial.getType())) {
    if (!matchPattern(match.initial, m_ConstantInt(&scalar)))
      return false;
    for (uint32_t &term : terms)
      term += static_cast<uint32_t>(scalar.getSExtValue());
    return true;
  }
  FailureOr<ConstantElements> elements = ConstantElements::get(match.initial);
  SmallVector<int64_t> offsets;
  auto loops = getStridedLoops(match.loopSizes, {match.initialMap},
                               {cast<ShapedType>(match.initial.getType())}, offsets);
  if (failed(elements) || failed(loops))
    return false;
  SmallVector<int64_t> sources{offsets[0]};
  for (auto [position, loop] : llvm::enumerate(*loops)) {
    bool channel = position == match.parallelCount - 1 || llvm::is_contained(index.batchLoops, position);
    if (channel)
      addLoop(sources, loop.size, loop.strides[0]);
    else if (loop.strides[0] != 0 && loop.size != 1)
      return false;
  }
  for (auto [term, source] : llvm::zip(terms, sources))
    term += static_cast<uint32_t>(elements->getSigned(source));
  return true;
}

static void setIntegerInitial(const ContractionMatch &match, const WeightIndex &index,
                              std::vector<uint32_t> terms, KernelOperands &kernel, OpBuilder &builder,
                              Location loc) {
  if (!addConstantInitial(match, index, terms)) {
    kernel.addend = match.initial;
    kernel.addendMap = match.initialMap;
  }
  if (llvm::all_of(terms, [](uint32_t term) { return term == 0; }))
    return;
  kernel.initial =
      createResourceConstant(builder, loc, "packed_bias", channelType(match, index), asBytes(terms));
  kernel.initialMap = channelMap(match, index, builder.getContext());
}

/// True where loop n moves `value` by nothing or by one element, so that a vector of channels is a broadcast
/// or a load.
static bool isVectorOverChannels(Value value, AffineMap map, const ContractionMatch &match,
                                 bool allowBroadcast) {
  SmallVector<int64_t> offsets;
  auto loops = getStridedLoops(match.loopSizes, {map}, {cast<ShapedType>(value.getType())}, offsets);
  if (failed(loops))
    return false;
  int64_t stride = (*loops)[match.parallelCount - 1].strides[0];
  return stride == 1 || (allowBroadcast && stride == 0);
}

static LogicalResult setFloatInitial(const ContractionMatch &match, KernelOperands &kernel,
                                     OpBuilder &builder, Location loc) {
  APFloat scalar(0.0f);
  if (!isa<ShapedType>(match.initial.getType())) {
    if (!matchPattern(match.initial, m_ConstantFloat(&scalar)))
      return failure();
    if (scalar.isZero())
      return success();
    auto type = RankedTensorType::get({1}, builder.getF32Type());
    kernel.initial = arith::ConstantOp::create(builder, loc, type, DenseElementsAttr::get(type, scalar));
    kernel.initialMap = AffineMap::get(match.loopSizes.size(), 0, builder.getAffineConstantExpr(0));
    return success();
  }
  DenseElementsAttr splat;
  if (matchPattern(match.initial, m_Constant(&splat)) && splat.isSplat() &&
      splat.getSplatValue<APFloat>().isZero())
    return success();
  if (!isVectorOverChannels(match.initial, match.initialMap, match, /*allowBroadcast=*/true))
    return failure();
  kernel.initial = match.initial;
  kernel.initialMap = match.initialMap;
  return success();
}

FailureOr<KernelOperands> makeKernelOperands(const ContractionMatch &match, const Capabilities &capabilities,
                                             Operation *op, RewriterBase &rewriter) {
  FailureOr<WeightIndex> index = indexWeights(match);
  if (failed(index))
    return rewriter.notifyMatchFailure(op, "expected weights with linear subscripts");
  KernelOperands kernel;
  kernel.lanes =
      std::min<int64_t>(capabilities.lanes(), std::max<int64_t>(4, llvm::PowerOf2Ceil(index->channels)));
  FailureOr<ConstantElements> weights = ConstantElements::get(match.rhs.value);
  kernel.packed = succeeded(weights);
  Location loc = op->getLoc();

  if (match.accumulator.isInteger(32)) {
    if (failed(weights))
      return rewriter.notifyMatchFailure(op, "expected integer weights to be constant");
    kernel.multiply = chooseIntegerMultiply(match, *index, *weights, capabilities);
    setIntegerInitial(match, *index, zeroPointTerms(match, *index, *weights, kernel.multiply), kernel,
                      rewriter, loc);
    kernel.rhs = packInteger(match, *index, *weights, kernel, rewriter, loc);
    return kernel;
  }
  if (!getElementTypeOrSelf(match.lhs.value.getType()).isF32() ||
      !getElementTypeOrSelf(match.rhs.value.getType()).isF32())
    return rewriter.notifyMatchFailure(op, "expected f32 operands");
  kernel.multiply = capabilities.fusedMultiplyAdd ? Multiply::FusedMultiplyAdd : Multiply::MultiplyAdd;
  if (failed(weights) &&
      !isVectorOverChannels(match.rhs.value, match.rhs.map, match, /*allowBroadcast=*/false))
    return rewriter.notifyMatchFailure(op, "expected weights that are constant or contiguous over channels");
  if (failed(setFloatInitial(match, kernel, rewriter, loc)))
    return rewriter.notifyMatchFailure(op, "expected an initial value that is contiguous over channels");
  kernel.rhs = kernel.packed ? packFloat(*index, *weights, kernel.lanes, rewriter, loc) : match.rhs.value;
  return kernel;
}

} // namespace quern::cpu
