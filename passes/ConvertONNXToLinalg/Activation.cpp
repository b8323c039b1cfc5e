// Activation functions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "passes/ConvertONNXToLinalg/Elementwise.h"

using namespace mlir;

namespace quern::structure {

static double number(const APFloat &value) { return value.convertToDouble(); }

/// `value` where x is negative, `x` elsewhere (NaN included).
static Value whereNegative(Scalars &s, Value x, Value value) {
  return s.select(s.less(x, s.constant(x.getType(), 0)), value, x);
}

/// scale * (exp(x) - 1)
static Value scaledExpm1(Scalars &s, Value x, double scale) {
  return s.multiply(s.constant(x.getType(), scale), math::ExpM1Op::create(s.b, x));
}

/// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)), which does not overflow
static Value softplus(Scalars &s, Value x) {
  Value tail = math::Log1pOp::create(s.b, s.exponential(s.negate(s.absolute(x))));
  return s.add(s.maximum(x, s.constant(x.getType(), 0)), tail);
}

/// max(0, min(1, alpha * x + beta))
static Value hardSigmoid(Scalars &s, Value x, double alpha, double beta) {
  Type type = x.getType();
  Value line = s.add(s.multiply(s.constant(type, alpha), x), s.constant(type, beta));
  return s.clamp(line, s.constant(type, 0), s.constant(type, 1));
}

/// x * (1 + erf(x / sqrt(2))) / 2, or its approximation by tanh
static Value gelu(Scalars &s, Value x, bool byTanh) {
  Type type = x.getType();
  Value inner;
  if (byTanh) {
    Value cube = s.multiply(s.multiply(x, x), x);
    Value sum = s.add(x, s.multiply(s.constant(type, 0.044715), cube));
    inner = math::TanhOp::create(s.b, s.multiply(s.constant(type, 0.79788456080286535588), sum));
  } else {
    inner = math::ErfOp::create(s.b, s.multiply(x, s.constant(type, 0.70710678118654752440)));
  }
  return s.multiply(s.multiply(s.constant(type, 0.5), x), s.add(inner, s.constant(type, 1)));
}

static FailureOr<Value> lowerGelu(onnx::GeluOp op, Emitter &b) {
  bool byTanh = op.getApproximate() == "tanh";
  if (!byTanh && op.getApproximate() != "none")
    return b.refuse("expected approximate to be none or tanh");
  return lowerElementwise(b, b.operands, Elements::SingleFloats,
                          [&](Scalars &s, ValueRange in) { return gelu(s, in[0], byTanh); });
}

/// min(max(x, low), high); NaN stays. A missing bound does not bind.
static FailureOr<Value> lowerClip(onnx::ClipOp, Emitter &b) {
  SmallVector<Value> operands{b.operands[0]};
  for (unsigned i : {1, 2})
    if (b.hasOperand(i))
      operands.push_back(reshape(b, b.operands[i], {}));
  bool hasLow = b.hasOperand(1), hasHigh = b.hasOperand(2);
  return lowerElementwise(b, operands, Elements::Numbers, [&](Scalars &s, ValueRange in) {
    Value x = in[0];
    if (hasLow)
      x = s.maximum(x, in[1]);
    return hasHigh ? s.minimum(x, in.back()) : x;
  });
}

static void populateRectifiers(LoweringPatterns &patterns) {
  patterns.add<onnx::ClipOp>(lowerClip);
  addElementwise<onnx::ReluOp>(patterns, Elements::Numbers, [](Scalars &s, onnx::ReluOp, ValueRange in) {
    return s.maximum(in[0], s.constant(in[0].getType(), 0));
  });
  addElementwise<onnx::LeakyReluOp>(
      patterns, Elements::Floats, [](Scalars &s, onnx::LeakyReluOp op, ValueRange in) {
        return whereNegative(s, in[0], s.multiply(s.constant(in[0].getType(), number(op.getAlpha())), in[0]));
      });
  addElementwise<onnx::PReluOp>(patterns, Elements::Numbers, [](Scalars &s, onnx::PReluOp, ValueRange in) {
    return whereNegative(s, in[0], s.multiply(in[1], in[0]));
  });
  addElementwise<onnx::ThresholdedReluOp>(
      patterns, Elements::Floats, [](Scalars &s, onnx::ThresholdedReluOp op, ValueRange in) {
        Value threshold = s.constant(in[0].getType(), number(op.getAlpha()));
        return s.select(s.less(threshold, in[0]), in[0], s.constant(in[0].getType(), 0));
      });
  addElementwise<onnx::ShrinkOp>(
      patterns, Elements::Numbers, [](Scalars &s, onnx::ShrinkOp op, ValueRange in) {
        Value x = in[0];
        Value bias = s.constant(x.getType(), number(op.getBias())),
              lambda = s.constant(x.getType(), number(op.getLambd()));
        Value above = s.select(s.less(lambda, x), s.subtract(x, bias), s.constant(x.getType(), 0));
        return s.select(s.less(x, s.negate(lambda)), s.add(x, bias), above);
      });
}

static void populateExponentials(LoweringPatterns &patterns) {
  constexpr Elements single = Elements::SingleFloats;
  addElementwise<onnx::SigmoidOp>(
      patterns, single, [](Scalars &s, onnx::SigmoidOp, ValueRange in) { return s.logistic(in[0]); });
  addElementwise<onnx::SwishOp>(patterns, single, [](Scalars &s, onnx::SwishOp op, ValueRange in) {
    Value scaled = s.multiply(s.constant(in[0].getType(), number(op.getAlpha())), in[0]);
    return s.multiply(in[0], s.logistic(scaled));
  });
  addElementwise<onnx::EluOp>(patterns, single, [](Scalars &s, onnx::EluOp op, ValueRange in) {
    return whereNegative(s, in[0], scaledExpm1(s, in[0], number(op.getAlpha())));
  });
  addElementwise<onnx::CeluOp>(patterns, single, [](Scalars &s, onnx::CeluOp op, ValueRange in) {
    double alpha = number(op.getAlpha());
    Value quotient = s.divide(in[0], s.constant(in[0].getType(), alpha));
    return whereNegative(s, in[0], scaledExpm1(s, quotient, alpha));
  });
  addElementwise<onnx::SeluOp>(patterns, single, [](Scalars &s, onnx::SeluOp op, ValueRange in) {
    Value inner = whereNegative(s, in[0], scaledExpm1(s, in[0], number(op.getAlpha())));
    return s.multiply(s.constant(in[0].getType(), number(op.getGamma())), inner);
  });
  addElementwise<onnx::SoftplusOp>(
      patterns, single, [](Scalars &s, onnx::SoftplusOp, ValueRange in) { return softplus(s, in[0]); });
  addElementwise<onnx::MishOp>(patterns, single, [](Scalars &s, onnx::MishOp, ValueRange in) {
    return s.multiply(in[0], math::TanhOp::create(s.b, softplus(s, in[0])));
  });
  patterns.add<onnx::GeluOp>(lowerGelu);
}

void populateActivationPatterns(LoweringPatterns &patterns) {
  populateRectifiers(patterns);
  populateExponentials(patterns);
  addElementwise<onnx::SoftsignOp>(
      patterns, Elements::Floats, [](Scalars &s, onnx::SoftsignOp, ValueRange in) {
        return s.divide(in[0], s.add(s.constant(in[0].getType(), 1), s.absolute(in[0])));
      });
  addElementwise<onnx::HardSigmoidOp>(
      patterns, Elements::Floats, [](Scalars &s, onnx::HardSigmoidOp op, ValueRange in) {
        return hardSigmoid(s, in[0], number(op.getAlpha()), number(op.getBeta()));
      });
  addElementwise<onnx::HardSwishOp>(patterns, Elements::Floats,
                                    [](Scalars &s, onnx::HardSwishOp, ValueRange in) {
                                      return s.multiply(in[0], hardSigmoid(s, in[0], 1.0 / 6, 0.5));
                                    });
}

} // namespace quern::structure
