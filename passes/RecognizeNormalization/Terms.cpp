// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/RecognizeNormalization/Terms.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"

using namespace mlir;

namespace quern {

/// Exporters write 3 terms and chains of 5; the bounds keep the expansion small.
static constexpr size_t kMostTerms = 6;
static constexpr int kDeepest = 8;

using Terms = SmallVector<Term>;

static std::optional<Term> multiply(const Term &a, const Term &b) {
  if (a.data && b.data)
    return std::nullopt;
  Term product{a.sign * b.sign, a.data ? a.data : b.data, a.power + b.power, a.constants};
  llvm::append_range(product.constants, b.constants);
  return product;
}

static std::optional<Terms> multiply(const Terms &left, const Terms &right) {
  Terms products;
  for (const Term &a : left)
    for (const Term &b : right) {
      std::optional<Term> product = multiply(a, b);
      if (!product)
        return std::nullopt;
      products.push_back(std::move(*product));
    }
  return products;
}

/// 1 / terms, of one term without data.
static std::optional<Terms> invert(Terms terms) {
  if (terms.size() != 1 || terms[0].data)
    return std::nullopt;
  terms[0].power = -terms[0].power;
  for (auto &[value, inverse] : terms[0].constants)
    inverse = !inverse;
  return terms;
}

static Terms add(Terms left, Terms right, double sign) {
  for (Term &term : right) {
    term.sign *= sign;
    left.push_back(std::move(term));
  }
  return left;
}

bool isTermStep(Operation *op) {
  return isa<onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp, onnx::ReciprocalOp>(op);
}

namespace {
struct TermReader {
  const Moments &moments;
  MatchedGroup &group;

  std::optional<Terms> read(Value value, int depth) {
    if (value == moments.root)
      return Terms{Term{1, {}, moments.rootPower, {}}};
    if (value == moments.x || value == moments.d || value == moments.mean)
      return Terms{Term{1, value, 0, {}}};
    if (onnx::getConstant(value))
      return Terms{Term{1, {}, 0, {{value, false}}}};
    Operation *op = value.getDefiningOp();
    if (moments.mean && isMean(value, moments)) {
      group.add(op);
      return Terms{Term{1, moments.mean, 0, {}}};
    }
    if (!op || depth == kDeepest || !isTermStep(op))
      return std::nullopt;
    group.add(op);
    std::optional<Terms> left = read(op->getOperand(0), depth + 1);
    if (!left || isa<onnx::ReciprocalOp>(op))
      return left ? invert(std::move(*left)) : std::nullopt;
    std::optional<Terms> right = read(op->getOperand(1), depth + 1);
    std::optional<Terms> result = right ? combine(op, *left, *right) : std::nullopt;
    return result && result->size() <= kMostTerms ? result : std::nullopt;
  }

  static std::optional<Terms> combine(Operation *op, const Terms &left, const Terms &right) {
    if (isa<onnx::AddOp, onnx::SubOp>(op))
      return add(left, right, isa<onnx::AddOp>(op) ? 1 : -1);
    if (isa<onnx::MulOp>(op))
      return multiply(left, right);
    std::optional<Terms> inverse = invert(right);
    return inverse ? multiply(left, *inverse) : std::nullopt;
  }
};
} // namespace

std::optional<Terms> readTerms(Value value, const Moments &moments, MatchedGroup &group) {
  return TermReader{moments, group}.read(value, 0);
}

/// The same product of constants.
static bool haveEqualConstants(const Term &a, const Term &b) {
  auto sorted = [](const Term &term) {
    auto constants = term.constants;
    llvm::sort(constants, [](auto p, auto q) {
      return std::pair(p.first.getAsOpaquePointer(), p.second) <
             std::pair(q.first.getAsOpaquePointer(), q.second);
    });
    return constants;
  };
  return sorted(a) == sorted(b);
}

std::optional<Affine> asNormalization(ArrayRef<Term> terms, const Moments &moments) {
  Affine affine;
  SmallVector<Term> withMean;
  for (const Term &term : terms) {
    if (term.power != (term.data ? -1 : 0))
      return std::nullopt;
    (!term.data ? affine.shift : term.data == moments.mean ? withMean : affine.scale).push_back(term);
  }
  if (affine.scale.size() != 1)
    return std::nullopt;
  const Term &scale = affine.scale.front();
  bool isCentered = scale.data == moments.d;
  if (isCentered && withMean.empty() && (moments.mean || affine.shift.empty()))
    return affine;
  bool isExpanded = scale.data == moments.x && withMean.size() == 1 && withMean[0].sign == -scale.sign &&
                    haveEqualConstants(scale, withMean[0]);
  return !isCentered && isExpanded ? std::optional(affine) : std::nullopt;
}

} // namespace quern
