// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/LowerContractions/EmitTile.h"

#include "lib/Targets/CPU/Loops/VectorMemory.h"
#include "lib/Targets/CPU/Loops/VectorizeBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace quern::cpu {

/// Steps of a short reduction are written out: a loop over few multiplications costs as much as they do.
static constexpr int64_t unrolledMultiplications = 64;

void TileEmitter::emit(OpBuilder &builder, TileShape shape, int64_t channelCount, ArrayRef<Value> offsets) {
  tile = shape;
  channels = channelCount;
  Values accumulators = initialize(builder, offsets);
  Value rhs = offsets[ContractionNest::rhs];
  lowest.clear();
  if (op.getNibbles()) {
    int64_t width = op.getLanes() * op.getGroupSize();
    for (int64_t v = 0; v < tile.vectors; ++v)
      lowest.push_back(loadVector(builder, loc, buffers[ContractionNest::rhs],
                                  addConstant(builder, loc, rhs, v * nest.blockStride), width, width));
    rhs = addConstant(builder, loc, rhs, width);
  }
  accumulators = reduce(builder, 0, offsets[ContractionNest::lhs], rhs, accumulators);
  finish(builder, offsets, accumulators);
}

Value TileEmitter::loadOperand(OpBuilder &builder, unsigned operand, Value offset, int64_t r, int64_t c,
                               int64_t v) {
  int64_t lanes = op.getLanes(), stride = nest.channel.strides[operand];
  Value address = addConstant(builder, loc, offset, displacement(operand, r, c) + v * lanes * stride);
  if (stride == 0)
    return loadBroadcast(builder, loc, buffers[operand], address, lanes);
  return loadVector(builder, loc, buffers[operand], address, lanes, countOf(v));
}

TileEmitter::Values TileEmitter::initialize(OpBuilder &builder, ArrayRef<Value> offsets) {
  Values accumulators;
  auto type = VectorType::get({int64_t(op.getLanes())}, op.getAccumulatorType());
  constexpr unsigned initial = 2;
  Values perChannel;
  if (!op.getInitial())
    perChannel.assign(tile.vectors, arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type)));
  else if (isPerChannel(initial))
    for (int64_t v = 0; v < tile.vectors; ++v)
      perChannel.push_back(loadOperand(builder, initial, offsets[initial], 0, 0, v));
  for (int64_t r = 0; r < tile.rows; ++r)
    for (int64_t c = 0; c < tile.columns; ++c)
      for (int64_t v = 0; v < tile.vectors; ++v)
        accumulators.push_back(perChannel.empty() ? loadOperand(builder, initial, offsets[initial], r, c, v)
                                                  : perChannel[v]);
  return accumulators;
}

/// A loop that carries vectors: for i in [0, size): values = body(i, values).
static SmallVector<Value>
carryLoop(OpBuilder &builder, Location loc, int64_t size, ArrayRef<Value> initial,
          llvm::function_ref<SmallVector<Value>(OpBuilder &, Value, SmallVector<Value>)> body) {
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0),
        one = arith::ConstantIndexOp::create(builder, loc, 1);
  if (size == 1)
    return body(builder, zero, SmallVector<Value>(initial));
  Value bound = arith::ConstantIndexOp::create(builder, loc, size);
  auto loop = scf::ForOp::create(builder, loc, zero, bound, one, initial,
                                 [&](OpBuilder &nested, Location, Value index, ValueRange carried) {
                                   scf::YieldOp::create(nested, loc,
                                                        body(nested, index, SmallVector<Value>(carried)));
                                 });
  return SmallVector<Value>(loop.getResults());
}

TileEmitter::Values TileEmitter::reduce(OpBuilder &builder, unsigned level, Value lhs, Value rhs,
                                        Values accumulators) {
  if (level == nest.reductions.size())
    return reduceRun(builder, lhs, rhs, std::move(accumulators));
  const StridedLoop &loop = nest.reductions[level];
  return carryLoop(builder, loc, loop.size, accumulators,
                   [&](OpBuilder &nested, Value index, Values carried) {
                     return reduce(nested, level + 1,
                                   addScaled(nested, loc, lhs, index, loop.strides[ContractionNest::lhs]),
                                   addScaled(nested, loc, rhs, index, loop.strides[ContractionNest::rhs]),
                                   std::move(carried));
                   });
}

/// All whole groups, one after the other.
TileEmitter::Values TileEmitter::reduceGroups(OpBuilder &builder, Value lhs, Value rhs, Values accumulators) {
  int64_t groupSize = op.getGroupSize(), groups = nest.run / groupSize;
  int64_t lhsStride = groupSize * nest.runStride;
  if (groups * int64_t(accumulators.size()) <= unrolledMultiplications || groups == 1) {
    for (int64_t g = 0; g < groups; ++g)
      accumulators = step(builder, addConstant(builder, loc, lhs, g * lhsStride),
                          addConstant(builder, loc, rhs, g * nest.runRhsStride), accumulators, groupSize);
    return accumulators;
  }
  return carryLoop(builder, loc, groups, accumulators, [&](OpBuilder &nested, Value index, Values carried) {
    return step(nested, addScaled(nested, loc, lhs, index, lhsStride),
                addScaled(nested, loc, rhs, index, nest.runRhsStride), std::move(carried), groupSize);
  });
}

/// All whole groups, two of which share the bytes of their weights.
TileEmitter::Values TileEmitter::reducePairs(OpBuilder &builder, Value lhs, Value rhs, Values accumulators) {
  int64_t groupSize = op.getGroupSize(), groups = nest.run / groupSize, pairs = groups / 2;
  int64_t lhsStride = groupSize * nest.runStride;
  auto pair = [&](OpBuilder &nested, Value index, Values carried) {
    Value left = addScaled(nested, loc, lhs, index, 2 * lhsStride);
    Value right = addScaled(nested, loc, rhs, index, nest.runRhsStride);
    carried = step(nested, left, right, std::move(carried), groupSize, 0);
    return step(nested, addConstant(nested, loc, left, lhsStride), right, std::move(carried), groupSize, 1);
  };
  if (groups * int64_t(accumulators.size()) <= unrolledMultiplications) {
    for (int64_t p = 0; p < pairs; ++p)
      accumulators = pair(builder, arith::ConstantIndexOp::create(builder, loc, p), accumulators);
  } else if (pairs > 0) {
    accumulators = carryLoop(builder, loc, pairs, accumulators, pair);
  }
  if (groups % 2 == 0)
    return accumulators;
  return step(builder, addConstant(builder, loc, lhs, 2 * pairs * lhsStride),
              addConstant(builder, loc, rhs, pairs * nest.runRhsStride), accumulators, groupSize, 0);
}

TileEmitter::Values TileEmitter::reduceRun(OpBuilder &builder, Value lhs, Value rhs, Values accumulators) {
  int64_t groupSize = op.getGroupSize(), groups = nest.run / groupSize;
  accumulators = op.getNibbles() ? reducePairs(builder, lhs, rhs, accumulators)
                                 : reduceGroups(builder, lhs, rhs, accumulators);
  if (nest.run % groupSize == 0)
    return accumulators;
  // The last group ends with the run: it reads again what its neighbour read, against zero weights.
  int64_t start = std::max<int64_t>(0, nest.run - groupSize), row = op.getNibbles() ? groups / 2 : groups;
  return step(builder, addConstant(builder, loc, lhs, start),
              addConstant(builder, loc, rhs, row * nest.runRhsStride), accumulators,
              std::min(groupSize, nest.run), groups % 2);
}

TileEmitter::Values TileEmitter::step(OpBuilder &builder, Value lhs, Value rhs, Values accumulators,
                                      int64_t available, unsigned half) {
  Values weights;
  for (int64_t v = 0; v < tile.vectors; ++v)
    weights.push_back(loadWeights(builder, rhs, v, half));
  unsigned next = 0;
  for (int64_t r = 0; r < tile.rows; ++r)
    for (int64_t c = 0; c < tile.columns; ++c) {
      Value address = addConstant(builder, loc, lhs, displacement(ContractionNest::lhs, r, c));
      Value scalar = loadScalar(builder, address, available);
      for (int64_t v = 0; v < tile.vectors; ++v, ++next)
        accumulators[next] = multiplyAdd(builder, scalar, weights[v], accumulators[next]);
    }
  return accumulators;
}

Value TileEmitter::loadWeights(OpBuilder &builder, Value offset, int64_t vector, unsigned half) {
  Value address = addConstant(builder, loc, offset, vector * nest.blockStride);
  int64_t lanes = op.getLanes() * op.getGroupSize();
  Value loaded = loadVector(builder, loc, buffers[ContractionNest::rhs], address, lanes,
                            op.getPacked() ? lanes : countOf(vector));
  return op.getNibbles() ? unpackNibbles(builder, loaded, vector, half) : loaded;
}

/// One half of each byte plus what it counts from, in the width that the multiply instruction takes.
Value TileEmitter::unpackNibbles(OpBuilder &builder, Value bytes, int64_t vector, unsigned half) {
  auto type = cast<VectorType>(bytes.getType());
  auto splat = [&](int8_t value) {
    return arith::ConstantOp::create(builder, loc, type, DenseElementsAttr::get(type, value));
  };
  Value code = half ? arith::ShRUIOp::create(builder, loc, bytes, splat(4)).getResult()
                    : arith::AndIOp::create(builder, loc, bytes, splat(15)).getResult();
  Value weight = arith::AddIOp::create(builder, loc, code, lowest[vector]);
  if (op.getMultiply() == Multiply::DotQuads)
    return weight;
  Type wide = op.getMultiply() == Multiply::DotPairs ? builder.getI16Type() : builder.getI32Type();
  return arith::ExtSIOp::create(builder, loc, type.clone(wide), weight);
}

/// One scalar of lhs, or one group of them, in each lane, in the form the multiply instruction takes.
Value TileEmitter::loadScalar(OpBuilder &builder, Value offset, int64_t available) {
  int64_t lanes = op.getLanes(), groupSize = op.getGroupSize();
  Value buffer = buffers[ContractionNest::lhs];
  if (groupSize == 1) {
    Value scalar = memref::LoadOp::create(builder, loc, buffer, offset);
    if (op.getAccumulatorType().isInteger(32) && !scalar.getType().isInteger(32))
      scalar = op.getLhsSigned()
                   ? arith::ExtSIOp::create(builder, loc, op.getAccumulatorType(), scalar).getResult()
                   : arith::ExtUIOp::create(builder, loc, op.getAccumulatorType(), scalar).getResult();
    return vector::BroadcastOp::create(builder, loc, VectorType::get({lanes}, scalar.getType()), scalar);
  }
  Value group = loadVector(builder, loc, buffer, offset, groupSize, available);
  if (op.getMultiply() == Multiply::DotPairs) {
    auto wide = VectorType::get({groupSize}, builder.getI16Type());
    group = op.getLhsSigned() ? arith::ExtSIOp::create(builder, loc, wide, group).getResult()
                              : arith::ExtUIOp::create(builder, loc, wide, group).getResult();
  }
  Value word = vector::BitCastOp::create(builder, loc, VectorType::get({1}, builder.getI32Type()), group);
  word = vector::ExtractOp::create(builder, loc, word, ArrayRef<int64_t>{0});
  if (op.getMultiply() == Multiply::DotQuads && op.getLhsSigned()) {
    Value flip = arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(int32_t(0x80808080u)));
    word = arith::XOrIOp::create(builder, loc, word, flip); // s8 + 128
  }
  Value words =
      vector::BroadcastOp::create(builder, loc, VectorType::get({lanes}, builder.getI32Type()), word);
  Type element = cast<VectorType>(group.getType()).getElementType();
  return vector::BitCastOp::create(builder, loc, VectorType::get({lanes * groupSize}, element), words);
}

static StringRef dotIntrinsic(Multiply multiply, int64_t lanes) {
  if (multiply == Multiply::DotQuads)
    return lanes == 16  ? "llvm.x86.avx512.vpdpbusd.512"
           : lanes == 8 ? "llvm.x86.avx512.vpdpbusd.256"
                        : "llvm.x86.avx512.vpdpbusd.128";
  return lanes == 16  ? "llvm.x86.avx512.pmaddw.d.512"
         : lanes == 8 ? "llvm.x86.avx2.pmadd.wd"
                      : "llvm.x86.sse2.pmadd.wd";
}

Value TileEmitter::multiplyAdd(OpBuilder &builder, Value scalar, Value weights, Value accumulator) {
  Type type = accumulator.getType();
  auto call = [&](ValueRange arguments) {
    StringRef name = dotIntrinsic(op.getMultiply(), op.getLanes());
    return LLVM::CallIntrinsicOp::create(builder, loc, type, builder.getStringAttr(name), arguments)
        .getResult(0);
  };
  switch (op.getMultiply()) {
  case Multiply::FusedMultiplyAdd:
    return vector::FMAOp::create(builder, loc, scalar, weights, accumulator);
  case Multiply::DotQuads:
    return call({accumulator, scalar, weights});
  case Multiply::DotPairs:
    return arith::AddIOp::create(builder, loc, accumulator, call({scalar, weights}));
  case Multiply::MultiplyAdd:
    break;
  }
  if (isa<FloatType>(op.getAccumulatorType()))
    return arith::AddFOp::create(builder, loc, accumulator,
                                 arith::MulFOp::create(builder, loc, scalar, weights));
  return arith::AddIOp::create(builder, loc, accumulator,
                               arith::MulIOp::create(builder, loc, scalar, weights));
}

void TileEmitter::finish(OpBuilder &builder, ArrayRef<Value> offsets, ArrayRef<Value> accumulators) {
  unsigned firstExtra = op.getInitial() ? 3 : 2, out = buffers.size() - 1;
  Block &epilogue = op.getEpilogue().front();
  for (int64_t v = 0; v < tile.vectors; ++v) {
    Values perChannel(out, Value());
    for (unsigned operand = firstExtra; operand < out; ++operand)
      if (isPerChannel(operand))
        perChannel[operand] = loadOperand(builder, operand, offsets[operand], 0, 0, v);
    for (int64_t r = 0; r < tile.rows; ++r)
      for (int64_t c = 0; c < tile.columns; ++c) {
        Values arguments{accumulators[(r * tile.columns + c) * tile.vectors + v]};
        for (unsigned operand = firstExtra; operand < out; ++operand)
          arguments.push_back(perChannel[operand] ? perChannel[operand]
                                                  : loadOperand(builder, operand, offsets[operand], r, c, v));
        Value result = vectorizeBody(epilogue, arguments, op.getLanes(), builder)[0];
        Value address = addConstant(builder, loc, offsets[out], displacement(out, r, c) + v * op.getLanes());
        storeVector(builder, loc, result, buffers[out], address, countOf(v));
      }
  }
}

} // namespace quern::cpu
