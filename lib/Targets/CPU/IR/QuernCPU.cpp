// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/IR/QuernCPU.h"

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

LogicalResult ContractionOp::verify() {
  unsigned maps = getInitial() ? 4 : 3;
  if (getIndexingMaps().size() != maps + getExtras().size())
    return emitOpError("expected one indexing map for each operand");
  for (Attribute map : getIndexingMaps())
    if (cast<AffineMapAttr>(map).getValue().getNumDims() != getLoopSizes().size())
      return emitOpError("expected indexing maps over all loops");
  if (getReductionCount() >= getLoopSizes().size())
    return emitOpError("expected at least one parallel loop");
  AffineMap identity = AffineMap::getMultiDimIdentityMap(getLoopSizes().size(), getContext())
                           .getMajorSubMap(getParallelCount());
  if (getOutMap() != identity)
    return emitOpError("(C1) expected the identity map on the parallel loops for the output");
  if (getLhsMap().isFunctionOfDim(getParallelCount() - 1))
    return emitOpError("(C2) expected lhs not to depend on the last parallel loop");
  Type lhs = getElementTypeOrSelf(getLhs().getType()), rhs = getElementTypeOrSelf(getRhs().getType());
  Multiply multiply = getMultiply();
  if (multiply == Multiply::DotQuads && !(lhs.isInteger(8) && rhs.isInteger(8)))
    return emitOpError("(C3) expected i8 operands for dot_quads");
  if (multiply == Multiply::DotPairs && !(lhs.isInteger(8) && rhs.isInteger(16)))
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

void ContractionOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  for (OpOperand &operand : getOperation()->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    if (isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
    else
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
  }
}

namespace {
struct ContractionBufferization
    : bufferization::DstBufferizableOpInterfaceExternalModel<ContractionBufferization, ContractionOp> {
  // The destination is overwritten: the accumulator starts from `initial`.
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand, const bufferization::AnalysisState &) const {
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const bufferization::BufferizationOptions &options,
                          bufferization::BufferizationState &state) const {
    auto contraction = cast<ContractionOp>(op);
    if (!contraction.getNumResults())
      return success();
    rewriter.setInsertionPoint(op);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      FailureOr<Value> buffer = bufferization::getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      operands.push_back(*buffer);
    }
    auto lowered = ContractionOp::create(rewriter, op->getLoc(), TypeRange(), operands, op->getAttrs());
    rewriter.inlineRegionBefore(contraction.getEpilogue(), lowered.getEpilogue(),
                                lowered.getEpilogue().end());
    bufferization::replaceOpWithBufferizedValues(rewriter, op, lowered.getOut());
    return success();
  }
};
} // namespace

void registerQuernCPUDialect(DialectRegistry &registry) {
  registry.insert<QuernCPUDialect>();
  registry.addExtension(+[](MLIRContext *context, QuernCPUDialect *) {
    ContractionOp::attachInterface<ContractionBufferization>(*context);
  });
}

} // namespace quern::cpu
