// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/RecognizeActivations/RecognizeActivations.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "passes/RecognizeActivations/Polynomial.h"

#include <cmath>
#include <numbers>

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_RECOGNIZEACTIVATIONS
#include "passes/RecognizeActivations/RecognizeActivations.h.inc"

/// Ops between E and y; values between E and x. The longest known forms have 3 and 6.
static constexpr size_t kOpsBehind = 8, kValuesBefore = 12;

namespace {
/// The group that one Erf, Tanh or Sigmoid belongs to.
struct Activation {
  Operation *root;
  Value x;
  double slope; ///< of a Sigmoid's argument
  MatchedGroup group;
};
} // namespace

/// Values that could be x: those behind the argument of f, the nearest first.
static SmallVector<Value> listArguments(Value argument) {
  llvm::SmallSetVector<Value, kValuesBefore> values;
  values.insert(argument);
  for (size_t next = 0; next < values.size() && values.size() < kValuesBefore; ++next)
    if (Operation *op = values[next].getDefiningOp(); op && isPolynomialStep(op))
      for (Value operand : op->getOperands())
        if (!onnx::getConstant(operand))
          values.insert(operand);
  return values.takeVector();
}

/// u(x) of the table in RecognizeActivations.td; `slope` is a.
static bool isArgument(Operation *function, const Polynomial &u, double &slope) {
  if (isa<onnx::ErfOp>(function))
    return u.isNear(Polynomial::monomial(1 / std::numbers::sqrt2, 1, 0));
  if (isa<onnx::TanhOp>(function)) {
    double factor = std::sqrt(2 / std::numbers::pi);
    return u.isNear(
        Polynomial::monomial(factor, 1, 0).plus(Polynomial::monomial(0.044715 * factor, 3, 0), 1));
  }
  slope = u.at(1, 0);
  return slope != 0 && u.isNear(Polynomial::monomial(slope, 1, 0));
}

/// y(x, E) of the table.
static Polynomial resultOf(Operation *function) {
  if (isa<onnx::SigmoidOp>(function))
    return Polynomial::monomial(1, 1, 1);
  return Polynomial::monomial(0.5, 1, 0).plus(Polynomial::monomial(0.5, 1, 1), 1);
}

static std::optional<Activation> match(Operation *function) {
  Value e = function->getResult(0);
  SmallVector<Operation *> roots = listDependents(e, kOpsBehind, isPolynomialStep);
  for (Value x : listArguments(function->getOperand(0))) {
    Activation activation{nullptr, x, 1, {}};
    activation.group.add(function);
    std::optional<Polynomial> u = readPolynomial(function->getOperand(0), x, {}, activation.group);
    if (!u || x.getType() != e.getType() || !isArgument(function, *u, activation.slope))
      continue;
    for (Operation *root : roots) {
      Activation attempt = activation;
      attempt.root = root;
      std::optional<Polynomial> y = readPolynomial(root->getResult(0), x, e, attempt.group);
      if (y && y->isNear(resultOf(function)) && root->getResult(0).getType() == x.getType() && // (C3)
          attempt.group.isClosed(root))                                                        // (C1)
        return attempt;
    }
  }
  return std::nullopt;
}

static Operation *build(OpBuilder &builder, Operation *function, const Activation &activation) {
  Location location = activation.root->getLoc();
  Type type = activation.x.getType();
  if (isa<onnx::SigmoidOp>(function)) {
    auto swish = onnx::SwishOp::create(builder, location, TypeRange(type), ValueRange(activation.x));
    swish.setAlpha(llvm::APFloat(static_cast<float>(activation.slope)));
    return swish;
  }
  auto gelu = onnx::GeluOp::create(builder, location, TypeRange(type), ValueRange(activation.x));
  gelu.setApproximate(isa<onnx::TanhOp>(function) ? "tanh" : "none");
  return gelu;
}

namespace {
struct RecognizeActivations : impl::RecognizeActivationsBase<RecognizeActivations> {
  void runOnOperation() override {
    SmallVector<Operation *> functions;
    getOperation().walk([&](Operation *op) {
      if (isa<onnx::ErfOp, onnx::TanhOp, onnx::SigmoidOp>(op))
        functions.push_back(op);
    });
    for (Operation *function : functions)
      if (std::optional<Activation> activation = match(function)) {
        OpBuilder builder(activation->root);
        Operation *op = build(builder, function, *activation);
        activation->group.replace(activation->root, op);
      }
  }
};
} // namespace

} // namespace quern
