// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/IR/QuernCPU.h"

#include "lib/Targets/CPU/Loops/StridedNest.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"

#include "lib/Targets/CPU/IR/QuernCPUDialect.cpp.inc"
#include "lib/Targets/CPU/IR/QuernCPUEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "lib/Targets/CPU/IR/QuernCPUAttributes.cpp.inc"
#define GET_OP_CLASSES
#include "lib/Targets/CPU/IR/QuernCPUOps.cpp.inc"

using namespace mlir;

namespace quern::cpu {

void QuernCPUDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "lib/Targets/CPU/IR/QuernCPUAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "lib/Targets/CPU/IR/QuernCPUOps.cpp.inc"
      >();
}

int64_t ContractionOp::getGroupSize() {
  switch (getMultiply()) {
  case Multiply::DotQuads:
    return 4;
  case Multiply::DotPairs:
    return 2;
  default:
    return 1;
  }
}

/// What both kinds of loop nests promise: one map for each operand over all loops, the parallel ones first
/// and those of the output. `constraint` labels the last.
template <typename Nest> static LogicalResult verifyLoops(Nest op, StringRef constraint) {
  if (op.getIndexingMaps().size() != op->getNumOperands())
    return op.emitOpError("expected one indexing map for each operand");
  for (Attribute map : op.getIndexingMaps())
    if (cast<AffineMapAttr>(map).getValue().getNumDims() != op.getLoopSizes().size())
      return op.emitOpError("expected indexing maps over all loops");
  if (op.getReductionCount() >= op.getLoopSizes().size())
    return op.emitOpError("expected at least one parallel loop");
  AffineMap identity = AffineMap::getMultiDimIdentityMap(op.getLoopSizes().size(), op.getContext())
                           .getMajorSubMap(op.getParallelCount());
  if (op.getOutMap() != identity)
    return op.emitOpError(constraint) << " expected the identity map on the parallel loops for the output";
  return success();
}

LogicalResult ContractionOp::verify() {
  if (failed(verifyLoops(*this, "(C1)")))
    return failure();
  if (getLhsMap().isFunctionOfDim(getParallelCount() - 1))
    return emitOpError("(C2) expected lhs not to depend on the last parallel loop");
  Type lhs = getElementTypeOrSelf(getLhs().getType()), rhs = getElementTypeOrSelf(getRhs().getType());
  Multiply multiply = getMultiply();
  if (multiply == Multiply::DotQuads && !(lhs.isInteger(8) && rhs.isInteger(8)))
    return emitOpError("(C3) expected i8 operands for dot_quads");
  if (getNibbles() && !(getPacked() && rhs.isInteger(8)))
    return emitOpError("(C3) expected a packed i8 rhs for nibbles");
  if (multiply == Multiply::DotPairs && !(lhs.isInteger(8) && rhs.isInteger(getNibbles() ? 8 : 16)))
    return emitOpError("(C3) expected an i8 lhs and an i16 rhs for dot_pairs");
  if (getRun() > getReductionCount())
    return emitOpError("expected a run of reduction loops");
  if (getEpilogue().getNumArguments() != getExtras().size() + 1)
    return emitOpError("(C5) expected the accumulator and one scalar per extra operand");
  Operation *yield = getEpilogue().front().getTerminator();
  if (yield->getNumOperands() != 1 ||
      yield->getOperand(0).getType() != getElementTypeOrSelf(getOut().getType()))
    return emitOpError("(C5) expected the epilogue to yield an element of the output");
  return success();
}

LogicalResult WindowOp::verify() {
  if (failed(verifyLoops(*this, "(W1)")))
    return failure();
  if (getBody().getNumArguments() != getInputs().size() + 1 ||
      getEpilogue().getNumArguments() != getExtras().size() + 1)
    return emitOpError("(W2) expected one scalar per operand and the accumulator");
  return success();
}

/// Reads its inputs and writes its destination, where they are buffers.
static void addBufferEffects(DestinationStyleOpInterface op,
                             SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    if (op.isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
    else
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
  }
}

void ContractionOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addBufferEffects(cast<DestinationStyleOpInterface>(getOperation()), effects);
}

void WindowOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addBufferEffects(cast<DestinationStyleOpInterface>(getOperation()), effects);
}

/// True where the reductions of the run walk a lhs of `type` without a gap.
static bool isRunContiguous(ContractionOp op, MemRefType type) {
  SmallVector<int64_t> offsets;
  auto loops = getStridedLoops(op.getLoopSizes(), {op.getLhsMap()}, {type}, offsets);
  if (failed(loops))
    return false;
  int64_t expected = 1;
  for (const StridedLoop &loop : llvm::reverse(ArrayRef(*loops).take_back(op.getRun()))) {
    if (loop.size != 1 && loop.strides[0] != expected)
      return false;
    expected *= loop.size;
  }
  return true;
}

/// Packed weights take a run of lhs for contiguous; where the layout of its buffer breaks it, a copy restores
/// it.
static LogicalResult restoreRun(ContractionOp op, Value &lhs, RewriterBase &rewriter,
                                const bufferization::BufferizationOptions &options) {
  auto type = cast<MemRefType>(lhs.getType());
  if (isRunContiguous(op, type))
    return success();
  auto contiguous = MemRefType::get(type.getShape(), type.getElementType());
  FailureOr<Value> copy = options.createAlloc(rewriter, op->getLoc(), contiguous, {});
  if (failed(copy) || failed(options.createMemCpy(rewriter, op->getLoc(), lhs, *copy)))
    return failure();
  lhs = *copy;
  return success();
}

namespace {
template <typename Op>
struct KernelBufferization
    : bufferization::DstBufferizableOpInterfaceExternalModel<KernelBufferization<Op>, Op> {
  // The destination is overwritten: the accumulator starts from `initial`.
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand, const bufferization::AnalysisState &) const {
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const bufferization::BufferizationOptions &options,
                          bufferization::BufferizationState &state) const {
    if (!op->getNumResults())
      return success();
    rewriter.setInsertionPoint(op);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      if (!isa<TensorType>(operand.getType())) {
        operands.push_back(operand);
        continue;
      }
      FailureOr<Value> buffer = bufferization::getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      operands.push_back(*buffer);
    }
    if (auto contraction = dyn_cast<ContractionOp>(op))
      if (failed(restoreRun(contraction, operands[0], rewriter, options)))
        return failure();
    auto lowered = Op::create(rewriter, op->getLoc(), TypeRange(), operands, op->getAttrs());
    for (auto [from, to] : llvm::zip(op->getRegions(), lowered->getRegions()))
      rewriter.inlineRegionBefore(from, to, to.end());
    bufferization::replaceOpWithBufferizedValues(rewriter, op, lowered.getOut());
    return success();
  }
};
} // namespace

void registerQuernCPUDialect(DialectRegistry &registry) {
  registry.insert<QuernCPUDialect>();
  registry.addExtension(+[](MLIRContext *context, QuernCPUDialect *) {
    ContractionOp::attachInterface<KernelBufferization<ContractionOp>>(*context);
    WindowOp::attachInterface<KernelBufferization<WindowOp>>(*context);
  });
}

} // namespace quern::cpu
