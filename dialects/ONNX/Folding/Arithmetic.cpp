// Elementwise arithmetic on constants: integers wrap as ONNX's do; floats are computed in double and rounded
// once, which gives the correctly rounded result of +, -, *, / and sqrt for every type of at most 24
// significant bits, and for double.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/Folding/Evaluation.h"

#include <cmath>

using namespace mlir;

namespace quern::onnx::evaluate {

using RealFunction = double (*)(double, double);
/// Absent where the result is undefined.
using IntegerFunction = std::optional<int64_t> (*)(int64_t, int64_t);

namespace {
/// One operator on both kinds of numbers.
struct Arithmetic {
  IntegerFunction onIntegers;
  RealFunction onReals;
};
} // namespace

static int64_t wrap(uint64_t bits) { return static_cast<int64_t>(bits); }

static bool divisionIsDefined(int64_t a, int64_t b) {
  return b != 0 && !(b == -1 && a == std::numeric_limits<int64_t>::min());
}

/// Two operands broadcast, element by element.
template <typename Number, typename Read, typename Combine>
static std::optional<SmallVector<Number>> zip(const ConstantView &a, const ConstantView &b,
                                              ArrayRef<int64_t> shape, Read read, Combine combine) {
  SmallVector<int64_t> indices;
  walkStrided(shape, 0, broadcastStrides(a.getShape(), shape),
              [&](int64_t index) { indices.push_back(index); });
  SmallVector<Number> numbers;
  bool defined = true;
  walkStrided(shape, 0, broadcastStrides(b.getShape(), shape), [&](int64_t index) {
    std::optional<Number> number = combine(read(a, indices[numbers.size()]), read(b, index));
    defined &= number.has_value();
    numbers.push_back(number.value_or(Number()));
  });
  return defined ? std::optional(numbers) : std::nullopt;
}

static int64_t readInteger(const ConstantView &view, int64_t index) { return view.integer(index); }
static double readReal(const ConstantView &view, int64_t index) { return view.real(index); }

static ElementsAttr apply(Operation *op, ArrayRef<Attribute> operands, Arithmetic arithmetic) {
  RankedTensorType type = staticResult(op);
  std::optional<ConstantView> a = ConstantView::of(operands[0]), b = ConstantView::of(operands.back());
  if (!type || !a || !b || operands.size() > 2 || a->getElementType() != b->getElementType())
    return {};
  Type element = a->getElementType();
  if (isa<FloatType>(element)) {
    auto combine = [&](double x, double y) { return std::optional(arithmetic.onReals(x, y)); };
    auto numbers = zip<double>(*a, *b, type.getShape(), readReal, combine);
    return makeConstant(type, *numbers);
  }
  if (!isa<IntegerType>(element) || element.isUnsignedInteger(64))
    return {};
  auto numbers = zip<int64_t>(*a, *b, type.getShape(), readInteger, arithmetic.onIntegers);
  return numbers ? makeIntegerConstant(type, *numbers) : ElementsAttr();
}

#define QUERN_EVALUATE(name, integerResult, realResult)                                                      \
  ElementsAttr name(Operation *op, ArrayRef<Attribute> operands) {                                           \
    return apply(op, operands,                                                                               \
                 {[](int64_t a, int64_t b) -> std::optional<int64_t> { return integerResult; },              \
                  [](double a, double b) -> double { return realResult; }});                                 \
  }

QUERN_EVALUATE(add, wrap(uint64_t(a) + uint64_t(b)), a + b)
QUERN_EVALUATE(subtract, wrap(uint64_t(a) - uint64_t(b)), a - b)
QUERN_EVALUATE(multiply, wrap(uint64_t(a) * uint64_t(b)), a *b)
QUERN_EVALUATE(divide, divisionIsDefined(a, b) ? std::optional(a / b) : std::nullopt, a / b)
QUERN_EVALUATE(minimum, std::min(a, b), std::isnan(a) || a < b ? a : b)
QUERN_EVALUATE(maximum, std::max(a, b), std::isnan(a) || a > b ? a : b)
QUERN_EVALUATE(equal, a == b, a == b)
QUERN_EVALUATE(less, a < b, a < b)
QUERN_EVALUATE(greater, a > b, a > b)
QUERN_EVALUATE(lessOrEqual, a <= b, a <= b)
QUERN_EVALUATE(greaterOrEqual, a >= b, a >= b)
QUERN_EVALUATE(logicalAnd, a &&b, 0)
QUERN_EVALUATE(logicalOr, a || b, 0)
// Unary operators: the only operand arrives as both.
QUERN_EVALUATE(logicalNot, !a, 0)
QUERN_EVALUATE(negate, wrap(-uint64_t(a)), -a)
QUERN_EVALUATE(absolute, a < 0 ? wrap(-uint64_t(a)) : a, std::fabs(a))
QUERN_EVALUATE(squareRoot, std::nullopt, std::sqrt(a))
QUERN_EVALUATE(reciprocal, std::nullopt, 1 / a)
QUERN_EVALUATE(roundDown, std::nullopt, std::floor(a))
QUERN_EVALUATE(roundUp, std::nullopt, std::ceil(a))
#undef QUERN_EVALUATE

ElementsAttr where(Operation *op, ArrayRef<Attribute> operands) {
  std::optional<ConstantView> condition = ConstantView::of(operands[0]), a = ConstantView::of(operands[1]),
                              b = ConstantView::of(operands[2]);
  RankedTensorType type = staticResult(op);
  if (!condition || !a || !b || !type)
    return {};
  SmallVector<int64_t> chosen, indicesA;
  walkStrided(type.getShape(), 0, broadcastStrides(condition->getShape(), type.getShape()),
              [&](int64_t index) { chosen.push_back(condition->integer(index)); });
  walkStrided(type.getShape(), 0, broadcastStrides(a->getShape(), type.getShape()),
              [&](int64_t index) { indicesA.push_back(index); });
  SmallVector<char> bytes;
  size_t position = 0;
  walkStrided(type.getShape(), 0, broadcastStrides(b->getShape(), type.getShape()), [&](int64_t index) {
    llvm::append_range(bytes, chosen[position] ? a->bytes(indicesA[position]) : b->bytes(index));
    ++position;
  });
  return makeConstant(type, bytes);
}

/// The product of all elements: the number of elements that a shape means.
ElementsAttr reduceProduct(Operation *op, ArrayRef<Attribute> operands) {
  std::optional<ConstantView> input = ConstantView::of(operands[0]);
  RankedTensorType type = staticResult(op);
  if (!input || !type || type.getNumElements() != 1 || !isa<IntegerType>(input->getElementType()) ||
      input->getType().getRank() > 1)
    return {};
  uint64_t result = 1;
  for (int64_t i = 0; i < input->size(); ++i)
    result *= static_cast<uint64_t>(input->integer(i));
  return makeIntegerConstant(type, wrap(result));
}

} // namespace quern::onnx::evaluate
