// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Integerize/CodeFunction.h"

#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/OpAttributes.h"
#include "dialects/Quern/IR/QuernOps.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace quern {
namespace {

/// Follows a value upwards and composes the function that computes it.
class FunctionBuilder {
public:
  explicit FunctionBuilder(Refusal &refusal) : refusal(refusal) {}

  FailureOr<RealFunction> build(Value value);
  const std::optional<TensorCodes> &getArgument() const { return argument; }

private:
  FailureOr<RealFunction> buildArgument(DequantizeOp op);
  FailureOr<RealFunction> buildClip(onnx::ClipOp op);
  FailureOr<RealFunction> buildUnary(Operation *op);
  FailureOr<RealFunction> buildBinary(Operation *op, double (*function)(double, double));

  LogicalResult refuseSource(Value value) {
    return refuse(refusal,
                  "expected a function of one tensor of 8-bit codes; " + describeSource(value) + " is none",
                  "quantize what " + describeSource(value) + " reads and gives");
  }

  // A chain may share values, so that the number of paths doubles with each op; this many steps are plenty.
  static constexpr int kMostSteps = 32;

  Refusal &refusal;
  std::optional<TensorCodes> argument;
  int steps = 0;
};

using BinaryFunction = double (*)(double, double);

/// The function of an op of two operands, if it is elementwise.
BinaryFunction findBinaryFunction(Operation *op) {
  return llvm::StringSwitch<BinaryFunction>(op->getName().stripDialect())
      .Case("Add", [](double x, double y) { return x + y; })
      .Case("Sub", [](double x, double y) { return x - y; })
      .Case("Mul", [](double x, double y) { return x * y; })
      .Case("Div", [](double x, double y) { return x / y; })
      .Case("Pow", [](double x, double y) { return std::pow(x, y); })
      .Case("Max", [](double x, double y) { return std::fmax(x, y); })
      .Case("Min", [](double x, double y) { return std::fmin(x, y); })
      .Case("PRelu", [](double x, double slope) { return x < 0 ? slope * x : x; })
      .Default(nullptr);
}

FailureOr<RealFunction> FunctionBuilder::buildArgument(DequantizeOp op) {
  if (!argument) {
    FailureOr<TensorCodes> codes = getTensorCodes(op, refusal);
    if (failed(codes))
      return failure();
    argument = *codes;
  }
  if (argument->codes != op.getInput())
    return refuse(refusal, "expected a function of one tensor of codes, not of several",
                  "quantize the values in between");
  return RealFunction([](double x) { return x; });
}

FailureOr<RealFunction> FunctionBuilder::buildClip(onnx::ClipOp op) {
  FailureOr<RealFunction> source = build(op.getInput());
  if (failed(source))
    return failure();
  auto bound = [](Value value, float absent) {
    return isa<NoneType>(value.getType()) ? std::optional<float>(absent) : readScalar(value);
  };
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::optional<float> lowest = bound(op.getMin(), -infinity), highest = bound(op.getMax(), infinity);
  if (!lowest || !highest)
    return refuse(refusal, "expected constant bounds", "make min and max initializers");
  return RealFunction([f = *source, lowest = double(*lowest), highest = double(*highest)](double x) {
    return std::fmin(std::fmax(f(x), lowest), highest);
  });
}

FailureOr<RealFunction> FunctionBuilder::buildUnary(Operation *op) {
  StringRef name = op->getName().stripDialect();
  double alpha = onnx::getFloat(op, "alpha").value_or(0);
  double beta = onnx::getFloat(op, name == "Selu" ? "gamma" : "beta").value_or(0);
  if (name == "Gelu")
    alpha = onnx::getString(op, "approximate") == "tanh";
  std::optional<RealFunction> function = findRealFunction(std::string_view(name), alpha, beta);
  if (!function)
    return refuseSource(op->getResult(0));
  FailureOr<RealFunction> source = build(op->getOperand(0));
  if (failed(source))
    return failure();
  return RealFunction([f = *function, g = *source](double x) { return f(g(x)); });
}

FailureOr<RealFunction> FunctionBuilder::buildBinary(Operation *op, BinaryFunction function) {
  FailureOr<RealFunction> first = build(op->getOperand(0));
  if (failed(first))
    return failure();
  FailureOr<RealFunction> second = build(op->getOperand(1));
  if (failed(second))
    return failure();
  return RealFunction([function, f = *first, g = *second](double x) { return function(f(x), g(x)); });
}

FailureOr<RealFunction> FunctionBuilder::build(Value value) {
  if (std::optional<float> constant = readScalar(value))
    return RealFunction([constant = double(*constant)](double) { return constant; });
  Operation *op = value.getDefiningOp();
  if (!op || ++steps > kMostSteps)
    return refuseSource(value);
  if (auto dequantize = dyn_cast<DequantizeOp>(op))
    return buildArgument(dequantize);
  if (!isa_and_present<onnx::ONNXDialect>(op->getDialect()) || op->getNumResults() != 1)
    return refuseSource(value);
  if (auto clip = dyn_cast<onnx::ClipOp>(op))
    return buildClip(clip);
  if (BinaryFunction function = findBinaryFunction(op); function && op->getNumOperands() == 2)
    return buildBinary(op, function);
  if (op->getNumOperands() == 1)
    return buildUnary(op);
  return refuseSource(value);
}

} // namespace

FailureOr<CodeFunction> planFunction(Value real, Refusal &refusal) {
  FunctionBuilder builder(refusal);
  FailureOr<RealFunction> function = builder.build(real);
  if (failed(function))
    return failure();
  const std::optional<TensorCodes> &argument = builder.getArgument();
  if (!argument)
    return refuse(refusal, "expected a function of a tensor of codes, not a constant", "fold the constant");
  if (cast<ShapedType>(argument->codes.getType()).getShape() != cast<ShapedType>(real.getType()).getShape())
    return refuse(refusal, "expected a result of its argument's shape", "broadcast after the function");
  return CodeFunction{*argument, std::move(*function)};
}

/// The argument's quantizer over every code that its storage can hold: a table has an entry for each.
static Quantizer wholeQuantizer(const TensorCodes &argument) {
  Quantizer quantizer = argument.quantizer();
  quantizer.codes = argument.type.isSigned() ? CodeRange::signedBits(8) : CodeRange::unsignedBits(8);
  return quantizer;
}

DenseElementsAttr makeTable(const CodeFunction &function, quant::UniformQuantizedType output) {
  CodeTable table = makeCodeTable(function.function, wholeQuantizer(function.argument), quantizerOf(output));
  auto type = RankedTensorType::get({256}, storageTypeOf(output));
  return DenseElementsAttr::get(type, llvm::map_to_vector(table, [](int32_t code) {
                                  return APInt(8, uint64_t(code), /*isSigned=*/false, /*implicitTrunc=*/true);
                                }));
}

DenseElementsAttr makeRealTable(const CodeFunction &function) {
  std::array<float, 256> table = makeFloatTable(function.function, wholeQuantizer(function.argument));
  auto type = RankedTensorType::get({256}, Float32Type::get(function.argument.type.getContext()));
  return DenseElementsAttr::get(type, ArrayRef<float>(table));
}

} // namespace quern
