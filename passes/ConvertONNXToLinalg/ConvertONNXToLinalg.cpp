// From ONNX ops to the structure form: the pass and its report.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertONNXToLinalg/ConvertONNXToLinalg.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/Structure.h"
#include "passes/ConvertONNXToLinalg/Lowering.h"

#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_CONVERTONNXTOLINALG
#include "passes/ConvertONNXToLinalg/ConvertONNXToLinalg.h.inc"

namespace {

using namespace structure;

/// Reports each symbolic dimension of an input that has no size yet, once.
bool reportUnboundDimensions(func::FuncOp function) {
  llvm::StringSet<> reported;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto type = dyn_cast<RankedTensorType>(function.getArgument(i).getType());
    if (!type || type.hasStaticShape())
      continue;
    auto input = function.getArgAttrOfType<StringAttr>(i, onnx::nameAttribute);
    auto names = function.getArgAttrOfType<ArrayAttr>(i, onnx::dimensionsAttribute);
    for (int64_t axis = 0; axis < type.getRank(); ++axis) {
      if (!type.isDynamicDim(axis))
        continue;
      StringRef name = names && axis < int64_t(names.size()) ? cast<StringAttr>(names[axis]).getValue() : "";
      std::string which =
          name.empty() ? "dimension " + std::to_string(axis) : "symbolic dimension '" + name.str() + "'";
      std::string binding = name.empty() ? "a name and a size" : "--dim " + name.str() + "=N";
      if (name.empty() || reported.insert(name).second)
        function.emitError() << which << " of input '" << (input ? input.getValue() : "")
                             << "' must be bound with " << binding;
      reported.insert("");
    }
  }
  return !reported.empty();
}

/// Reports inputs and results without elements: a compiled model has no memory to name for them.
bool reportEmptyInterface(func::FuncOp function) {
  auto isEmpty = [](Type type) {
    auto shaped = dyn_cast<RankedTensorType>(type);
    return shaped && shaped.hasStaticShape() && shaped.getNumElements() == 0;
  };
  bool found = false;
  auto report = [&](StringRef kind, StringAttr name, Type type) {
    if (!isEmpty(type))
      return;
    function.emitError() << kind << " '" << (name ? name.getValue() : "")
                         << "' has no elements; expected some";
    found = true;
  };
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    report("input", function.getArgAttrOfType<StringAttr>(i, onnx::nameAttribute), type);
  for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
    report("output", function.getResultAttrOfType<StringAttr>(i, onnx::nameAttribute), type);
  return found;
}

/// Keeps in `onnx.type` the element types of the interface that signless types do not tell.
void recordSigns(func::FuncOp function) {
  auto unsignedElement = [](Type type) {
    auto shaped = dyn_cast<ShapedType>(type);
    return shaped && shaped.getElementType().isUnsignedInteger() ? TypeAttr::get(shaped.getElementType())
                                                                 : TypeAttr();
  };
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (TypeAttr type = unsignedElement(function.getArgumentTypes()[i]))
      function.setArgAttr(i, "onnx.type", type);
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    if (TypeAttr type = unsignedElement(function.getResultTypes()[i]))
      function.setResultAttr(i, "onnx.type", type);
}

bool lacksStaticShape(Operation *op) {
  auto isDynamic = [](Type type) {
    auto shaped = dyn_cast<ShapedType>(type);
    return shaped && !shaped.hasStaticShape();
  };
  return llvm::any_of(op->getOperandTypes(), isDynamic) || llvm::any_of(op->getResultTypes(), isDynamic);
}

/// Erases what the lowering left unused, users before producers.
void eraseUnused(ModuleOp module) {
  module.walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isOpTriviallyDead(op))
      op->erase();
  });
}

struct ConvertONNXToLinalg : impl::ConvertONNXToLinalgBase<ConvertONNXToLinalg> {
  using ConvertONNXToLinalgBase::ConvertONNXToLinalgBase;

  void runOnOperation() override {
    bool unbound = false, isEmpty = false;
    getOperation().walk([&](func::FuncOp function) {
      unbound |= reportUnboundDimensions(function);
      isEmpty |= reportEmptyInterface(function);
      recordSigns(function);
    });
    Refusals refusals;
    if (failed(convert(refusals)))
      return signalPassFailure();
    eraseUnused(getOperation());
    if (reportRemaining(refusals, unbound) || unbound || isEmpty)
      signalPassFailure();
  }

private:
  /// Lowers every op that can be; those that cannot are left.
  LogicalResult convert(Refusals &refusals) {
    MLIRContext *context = &getContext();
    SignlessTypeConverter converter;
    RewritePatternSet patterns(context);
    LoweringPatterns lowerings{patterns, converter, refusals};
    for (auto populate : {populateArithmeticPatterns, populateActivationPatterns, populateComparisonPatterns,
                          populateCastPatterns, populateConstantPatterns, populateConvolutionPatterns,
                          populateMatMulPatterns, populateNormalizationPatterns, populatePaddingPatterns,
                          populatePoolingPatterns, populateRecurrentPatterns, populateReductionPatterns,
                          populateReshapePatterns, populateResizePatterns, populateScatterPatterns,
                          populateSelectionPatterns, populateSoftmaxPatterns})
      populate(lowerings);
    ConversionTarget target(*context);
    target.addLegalDialect<arith::ArithDialect, cf::ControlFlowDialect, linalg::LinalgDialect,
                           math::MathDialect, scf::SCFDialect, tensor::TensorDialect>();
    target.addLegalOp<UnrealizedConversionCastOp>();
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
      return converter.isSignatureLegal(op.getFunctionType()) && converter.isLegal(&op.getBody());
    });
    target.addDynamicallyLegalOp<func::ReturnOp, func::CallOp>(
        [&](Operation *op) { return converter.isLegal(op); });
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    populateCallOpTypeConversionPattern(patterns, converter);
    // ONNX ops are neither legal nor illegal: a refusal must not keep the others from being tried.
    return applyPartialConversion(getOperation(), target, std::move(patterns));
  }

  /// Reports every ONNX op that is left. Where inputs have unbound dimensions, ops that lack a static shape
  /// are consequences and not reported.
  bool reportRemaining(const Refusals &refusals, bool unbound) {
    bool found = false;
    getOperation().walk([&](Operation *op) {
      if (op->getName().getDialectNamespace() != onnx::ONNXDialect::getDialectNamespace() ||
          isa<onnx::NoValueOp>(op))
        return;
      found = true;
      if (unbound && lacksStaticShape(op))
        return;
      auto reason = refusals.find(op);
      op->emitError() << (reason == refusals.end() ? "this operator has no lowering" : reason->second);
    });
    return found;
  }
};

} // namespace
} // namespace quern
