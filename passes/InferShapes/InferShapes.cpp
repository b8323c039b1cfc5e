// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/InferShapes/InferShapes.h"

#include "dialects/ONNX/Folding/DecidedBranch.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_INFERSHAPES
#include "passes/InferShapes/InferShapes.h.inc"

/// What both types know together; null if they contradict each other.
static Type refine(Type declared, Type inferred) {
  if (!onnx::areCompatible(declared, inferred))
    return {};
  auto a = dyn_cast<RankedTensorType>(declared), b = dyn_cast<RankedTensorType>(inferred);
  if (!a || !b)
    return b && isa<TensorType>(declared) ? inferred : declared;
  SmallVector<int64_t> shape;
  for (auto [x, y] : llvm::zip_equal(a.getShape(), b.getShape()))
    shape.push_back(ShapedType::isDynamic(x) ? y : x);
  return a.clone(shape);
}

/// The inferred types; for an op with one shape for all, that of the first operand; else the declared ones.
static LogicalResult inferTypes(Operation *op, SmallVectorImpl<Type> &types) {
  if (auto inferable = dyn_cast<onnx::ShapeInferenceOpInterface>(op))
    return inferable.inferShapes(types);
  auto source =
      op->getNumOperands() ? dyn_cast<RankedTensorType>(op->getOperand(0).getType()) : RankedTensorType();
  bool follows = source && op->hasTrait<OpTrait::SameOperandsAndResultShape>();
  for (Type declared : op->getResultTypes()) {
    auto tensor = dyn_cast<TensorType>(declared);
    types.push_back(follows && tensor ? source.clone(tensor.getElementType()) : declared);
  }
  return success();
}

/// C2. Sizes of tensors are computed with everywhere; beyond this they would overflow.
static bool hasAddressableSize(RankedTensorType type) {
  constexpr int64_t maximumElements = int64_t(1) << 48;
  int64_t elements = 1;
  for (int64_t size : type.getShape())
    if (llvm::MulOverflow(elements, size, elements) || elements > maximumElements)
      return false;
  return true;
}

static LogicalResult refineResults(Operation *op) {
  SmallVector<Type> types;
  if (failed(inferTypes(op, types)))
    return failure();
  for (auto [result, inferred] : llvm::zip_equal(op->getResults(), types)) {
    Type refined = refine(result.getType(), inferred);
    if (!refined)
      return op->emitOpError() << "(C1) result is declared as " << result.getType()
                               << ", but operands and attributes give " << inferred;
    auto tensor = dyn_cast<RankedTensorType>(refined);
    if (tensor && tensor.hasStaticShape() && !hasAddressableSize(tensor))
      return op->emitOpError() << "(C2) result " << refined << " is larger than any memory";
    result.setType(refined);
  }
  return success();
}

/// Replaces an op of the onnx dialect that folds; the constant takes over the op's names.
static void foldAway(Operation *op) {
  if (!isa_and_nonnull<onnx::ONNXDialect>(op->getDialect()) || op->getNumResults() == 0 ||
      op->hasTrait<OpTrait::ConstantLike>())
    return;
  OpBuilder builder(op);
  SmallVector<Value> values;
  SmallVector<Operation *> constants;
  if (failed(builder.tryFold(op, values, &constants)))
    return;
  for (Operation *constant : constants)
    onnx::copyValueNames(op, constant);
  op->replaceAllUsesWith(values);
  op->erase();
}

/// A function that nobody calls returns the types of its return's operands.
static void refineSignature(func::FuncOp function) {
  if (function.isExternal() || !SymbolTable::symbolKnownUseEmpty(function, function->getParentOp()))
    return;
  Operation *terminator = function.getBody().back().getTerminator();
  function.setType(FunctionType::get(function.getContext(), function.getBody().front().getArgumentTypes(),
                                     terminator->getOperandTypes()));
}

/// Puts the branch that is always taken in place of the op; the first op that came in, or null if nothing is
/// decided.
static Operation *inlineDecided(Operation *op) {
  auto conditional = dyn_cast<onnx::IfOp>(op);
  Region *branch = conditional ? onnx::getDecidedBranch(conditional) : nullptr;
  if (!branch)
    return nullptr;
  bool isEmpty = branch->front().without_terminator().empty();
  Operation *first = isEmpty ? op->getNextNode() : &branch->front().front();
  IRRewriter rewriter(op);
  onnx::inlineBranch(conditional, *branch, rewriter);
  return first;
}

/// Refines the results of all ops, in order; false if an op did not fit.
static bool inferRegion(Region &region) {
  bool fits = true;
  for (Block &block : region) {
    Operation *next = block.empty() ? nullptr : &block.front();
    while (Operation *op = next) {
      // The other branch of a decided If need not make sense, so it goes before anyone looks at it.
      next = inlineDecided(op);
      if (next)
        continue;
      next = op->getNextNode();
      for (Region &inner : op->getRegions())
        fits &= inferRegion(inner);
      if (failed(refineResults(op)))
        fits = false;
      else
        foldAway(op);
    }
  }
  return fits;
}

namespace {
struct InferShapes : impl::InferShapesBase<InferShapes> {
  void runOnOperation() override {
    if (!inferRegion(getOperation().getBodyRegion()))
      return signalPassFailure();
    for (auto function : getOperation().getOps<func::FuncOp>())
      refineSignature(function);
  }
};
} // namespace

} // namespace quern
