// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/VectorizeLoops/EmitVectors.h"

#include "lib/Targets/CPU/Loops/TiledExtent.h"
#include "lib/Targets/CPU/Loops/VectorMemory.h"
#include "lib/Targets/CPU/Loops/VectorizeBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace quern::cpu {

/// Steps of a reduction are written out up to this many evaluations of the body.
static constexpr int64_t unrolledEvaluations = 256;

namespace {
class VectorEmitter {
public:
  VectorEmitter(const VectorNest &nest, const VectorPlan &plan)
      : nest(nest), plan(plan), loc(nest.op->getLoc()), inputs(nest.inputCount()), outputs(nest.outCount()) {}
  void emit(OpBuilder &builder);

private:
  using Values = SmallVector<Value>;

  void emitTile(OpBuilder &builder, int64_t positions, int64_t elements, ArrayRef<Value> offsets);
  Values reduce(OpBuilder &builder, unsigned level, Values offsets, Values accumulators);
  void finish(OpBuilder &builder, ArrayRef<Value> offsets, MutableArrayRef<Value> accumulators);
  Values evaluate(OpBuilder &builder, ArrayRef<Value> offsets, Values accumulators);
  Value load(OpBuilder &builder, unsigned operand, Value offset, int64_t position, int64_t vector);
  Value address(OpBuilder &builder, unsigned operand, Value offset, int64_t position, int64_t vector) {
    return addConstant(builder, loc, offset,
                       position * plan.position.strides[operand] +
                           vector * plan.lanes * plan.vector.strides[operand]);
  }
  int64_t countOf(int64_t vector) const { return std::min(plan.lanes, elementCount - vector * plan.lanes); }
  int64_t vectorCount() const { return (elementCount + plan.lanes - 1) / plan.lanes; }
  /// Evaluations of the body from reduction `level` inwards.
  int64_t evaluationsFrom(unsigned level) const {
    int64_t count = positionCount * vectorCount();
    for (unsigned i = level; i < plan.reductions.size(); ++i)
      count *= plan.reductions[i].size;
    return count;
  }

  const VectorNest &nest;
  const VectorPlan &plan;
  Location loc;
  unsigned inputs, outputs;
  Values buffers;
  int64_t positionCount = 1, elementCount = 1;
};
} // namespace

Value VectorEmitter::load(OpBuilder &builder, unsigned operand, Value offset, int64_t position,
                          int64_t vector) {
  if (!isa<MemRefType>(buffers[operand].getType())) // a scalar operand
    return vector::BroadcastOp::create(
        builder, loc, VectorType::get({plan.lanes}, buffers[operand].getType()), buffers[operand]);
  Value at = address(builder, operand, offset, position, vector);
  if (plan.vector.strides[operand] == 0)
    return loadBroadcast(builder, loc, buffers[operand], at, plan.lanes);
  return loadVector(builder, loc, buffers[operand], at, plan.lanes, countOf(vector));
}

/// Accumulators are in the order position, vector, output.
VectorEmitter::Values VectorEmitter::evaluate(OpBuilder &builder, ArrayRef<Value> offsets,
                                              Values accumulators) {
  // An operand that no position moves is loaded once for all of them.
  SmallVector<Values> shared(inputs);
  for (unsigned operand = 0; operand < inputs; ++operand)
    if (nest.isRead(operand) && plan.position.strides[operand] == 0)
      for (int64_t v = 0; v < vectorCount(); ++v)
        shared[operand].push_back(load(builder, operand, offsets[operand], 0, v));
  for (int64_t p = 0; p < positionCount; ++p)
    for (int64_t v = 0; v < vectorCount(); ++v) {
      Values arguments(inputs + outputs);
      for (unsigned operand = 0; operand < inputs; ++operand)
        if (nest.isRead(operand))
          arguments[operand] =
              shared[operand].empty() ? load(builder, operand, offsets[operand], p, v) : shared[operand][v];
      unsigned first = (p * vectorCount() + v) * outputs;
      for (unsigned output = 0; output < outputs; ++output)
        arguments[inputs + output] = accumulators[first + output];
      Values results = vectorizeBody(*nest.body, arguments, plan.lanes, builder);
      llvm::copy(results, accumulators.begin() + first);
    }
  return accumulators;
}

VectorEmitter::Values VectorEmitter::reduce(OpBuilder &builder, unsigned level, Values offsets,
                                            Values accumulators) {
  if (level == plan.reductions.size())
    return evaluate(builder, offsets, accumulators);
  const StridedLoop &loop = plan.reductions[level];
  if (evaluationsFrom(level) <= unrolledEvaluations) {
    for (int64_t i = 0; i < loop.size; ++i) {
      Values moved;
      for (auto [offset, stride] : llvm::zip(offsets, loop.strides))
        moved.push_back(addConstant(builder, loc, offset, i * stride));
      accumulators = reduce(builder, level + 1, moved, accumulators);
    }
    return accumulators;
  }
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0),
        one = arith::ConstantIndexOp::create(builder, loc, 1);
  Value bound = arith::ConstantIndexOp::create(builder, loc, loop.size);
  auto carried = scf::ForOp::create(builder, loc, zero, bound, one, accumulators,
                                    [&](OpBuilder &nested, Location, Value index, ValueRange values) {
                                      Values moved;
                                      for (auto [offset, stride] : llvm::zip(offsets, loop.strides))
                                        moved.push_back(addScaled(nested, loc, offset, index, stride));
                                      scf::YieldOp::create(nested, loc,
                                                           reduce(nested, level + 1, moved, Values(values)));
                                    });
  return Values(carried.getResults());
}

void VectorEmitter::emitTile(OpBuilder &builder, int64_t positions, int64_t elements,
                             ArrayRef<Value> offsets) {
  positionCount = positions;
  elementCount = elements;
  Values accumulators;
  for (int64_t p = 0; p < positions; ++p)
    for (int64_t v = 0; v < vectorCount(); ++v)
      for (unsigned initial = nest.firstInitial; initial < nest.firstInitial + outputs; ++initial)
        accumulators.push_back(nest.isRead(initial) ? load(builder, initial, offsets[initial], p, v)
                                                    : Value());
  accumulators = reduce(builder, 0, Values(offsets), accumulators);
  if (nest.epilogue)
    finish(builder, offsets, accumulators);
  unsigned next = 0;
  for (int64_t p = 0; p < positions; ++p)
    for (int64_t v = 0; v < vectorCount(); ++v)
      for (unsigned output = nest.firstOut; output < nest.firstOut + outputs; ++output, ++next)
        storeVector(builder, loc, accumulators[next], buffers[output],
                    address(builder, output, offsets[output], p, v), countOf(v));
}

/// Replaces each accumulator by what the epilogue makes of it.
void VectorEmitter::finish(OpBuilder &builder, ArrayRef<Value> offsets, MutableArrayRef<Value> accumulators) {
  for (int64_t v = 0; v < vectorCount(); ++v) {
    Values shared(nest.firstOut);
    for (unsigned extra = nest.firstExtra; extra < nest.firstOut; ++extra)
      if (nest.isRead(extra) && plan.position.strides[extra] == 0)
        shared[extra] = load(builder, extra, offsets[extra], 0, v);
    for (int64_t p = 0; p < positionCount; ++p) {
      Value &accumulator = accumulators[p * vectorCount() + v];
      Values arguments{accumulator};
      for (unsigned extra = nest.firstExtra; extra < nest.firstOut; ++extra)
        arguments.push_back(!nest.isRead(extra) || shared[extra]
                                ? shared[extra]
                                : load(builder, extra, offsets[extra], p, v));
      accumulator = vectorizeBody(*nest.epilogue, arguments, plan.lanes, builder)[0];
    }
  }
}

void VectorEmitter::emit(OpBuilder &builder) {
  for (Value operand : nest.operands)
    buffers.push_back(isa<MemRefType>(operand.getType()) ? flattenBuffer(builder, loc, operand) : operand);
  SmallVector<TiledExtent> extents;
  for (const StridedLoop &loop : plan.outer)
    extents.push_back(tileLoop(loop, 1));
  extents.push_back(tileLoop(plan.position, plan.positions));
  extents.push_back(tileLoop(plan.vector, plan.vectors * plan.lanes));
  unsigned position = extents.size() - 2, vector = extents.size() - 1;
  emitTiles(builder, loc, extents, plan.offsets,
            [&](OpBuilder &nested, ArrayRef<Value> offsets, ArrayRef<int64_t> sizes) {
              emitTile(nested, sizes[position], sizes[vector], offsets);
            });
}

void emitVectorLoops(OpBuilder &builder, const VectorNest &nest, const VectorPlan &plan) {
  VectorEmitter(nest, plan).emit(builder);
}

} // namespace quern::cpu
