// The base of the patterns that write an ONNX op in the structure form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertONNXToLinalg/Lowering.h"

#include "dialects/ONNX/IR/ONNXNames.h"
#include "passes/ConvertONNXToLinalg/ConstantValues.h"

using namespace mlir;

namespace quern::structure {

static Type signlessElement(Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  return integer && !integer.isSignless() ? IntegerType::get(type.getContext(), integer.getWidth()) : type;
}

SignlessTypeConverter::SignlessTypeConverter() {
  addConversion([](Type type) { return type; });
  addConversion([](RankedTensorType type) { return type.clone(signlessElement(type.getElementType())); });
  auto cast = [](OpBuilder &builder, Type type, ValueRange inputs, Location location) -> Value {
    return UnrealizedConversionCastOp::create(builder, location, type, inputs).getResult(0);
  };
  addSourceMaterialization(cast);
  addTargetMaterialization(cast);
}

LogicalResult Emitter::refuse(const Twine &reason) {
  refusals[op] = reason.str();
  return rewriter.notifyMatchFailure(op, reason);
}

RankedTensorType Emitter::resultType(unsigned i) const {
  return cast<RankedTensorType>(converter.convertType(op->getResult(i).getType()));
}

bool Emitter::hasOperand(unsigned i) const {
  return i < op->getNumOperands() && !isa<NoneType>(op->getOperand(i).getType());
}

bool Emitter::hasResult(unsigned i) const {
  return i < op->getNumResults() && !isa<NoneType>(op->getResult(i).getType());
}

bool Emitter::isUnsigned(unsigned i) const {
  Type element = getElementTypeOrSelf(op->getOperand(i).getType());
  return element.isUnsignedInteger() || element.isInteger(1);
}

FailureOr<SmallVector<int64_t>> Emitter::constantIntegers(unsigned i) const {
  return integersOf(op->getOperand(i));
}

FailureOr<SmallVector<double>> Emitter::constantNumbers(unsigned i) const {
  return numbersOf(op->getOperand(i));
}

std::string Emitter::nodeName() const {
  auto named = op->getLoc()->findInstanceOf<NameLoc>();
  return named ? named.getName().str() : op->getName().getStringRef().str();
}

FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return failure();
  return axis < 0 ? axis + rank : axis;
}

namespace {

/// Runs a lowering on ops that have only tensors of static shape.
class LoweringPattern : public ConversionPattern {
public:
  LoweringPattern(const TypeConverter &converter, StringRef name, MLIRContext *context, LowerFunction lower,
                  Refusals &refusals)
      : ConversionPattern(converter, name, /*benefit=*/1, context), lower(std::move(lower)),
        refusals(refusals) {}

  LogicalResult matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                                ConversionPatternRewriter &rewriter) const override {
    Emitter emitter(op, operands, rewriter, *getTypeConverter(), refusals);
    if (failed(checkTypes(op, emitter)))
      return failure();
    FailureOr<SmallVector<Value>> values = lower(emitter);
    if (failed(values))
      return failure();
    for (auto [value, result] : llvm::zip_equal(*values, op->getResults())) {
      if (value && value.getType() != getTypeConverter()->convertType(result.getType()))
        return emitter.refuse("expected a result of type " + print(value.getType()) +
                              ", which follows from the "
                              "operands, but the model states " +
                              print(result.getType()));
      if (!value && !isa<NoneType>(result.getType()))
        return emitter.refuse("result " + Twine(result.getResultNumber()) +
                              " cannot be computed; leave it unused");
      if (!value)
        value = UnrealizedConversionCastOp::create(rewriter, op->getLoc(), result.getType(), ValueRange{})
                    .getResult(0);
      else if (Operation *last = value.getDefiningOp();
               last && op->getNumResults() == 1 && !llvm::is_contained(operands, value))
        onnx::copyValueNames(op, last);
    }
    rewriter.replaceOp(op, *values);
    return success();
  }

private:
  static std::string print(Type type) {
    std::string text;
    llvm::raw_string_ostream(text) << type;
    return text;
  }

  static LogicalResult checkTypes(Operation *op, Emitter &emitter) {
    auto check = [&](StringRef kind, unsigned number, Type type) -> LogicalResult {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (isa<NoneType>(type) ||
          (tensor && tensor.hasStaticShape() && tensor.getElementType().isIntOrFloat()))
        return success();
      return emitter.refuse("expected tensors of numbers with a static shape, but " + kind + " " +
                            Twine(number) + " has type " + print(type));
    };
    for (auto [i, type] : llvm::enumerate(op->getOperandTypes()))
      if (failed(check("operand", i, type)))
        return failure();
    for (auto [i, type] : llvm::enumerate(op->getResultTypes()))
      if (failed(check("result", i, type)))
        return failure();
    return success();
  }

  LowerFunction lower;
  Refusals &refusals;
};

} // namespace

void LoweringPatterns::add(StringRef name, LowerFunction lower) {
  patterns.add<LoweringPattern>(converter, name, patterns.getContext(), std::move(lower), refusals);
}

} // namespace quern::structure
