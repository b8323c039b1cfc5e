// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Sensitivity/RelevanceRules.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/Tensor.h"
#include "dialects/ONNX/ShapeInference/Windows.h"

#include <cmath>
#include <numeric>

using namespace mlir;

namespace quern {

namespace {
/// One term of a sum: an element of the activation and one of the weight.
struct Term {
  int64_t activation, weight;
};

/// A contraction as sums of products.
struct Sums {
  std::vector<float> weight;
  /// Calls `use` with the terms of each element of the result.
  std::function<void(llvm::function_ref<void(int64_t result, ArrayRef<Term> terms)> use)> forEach;
};
} // namespace

static std::vector<float> readWeight(Value value) {
  auto view = onnx::ConstantView::of(value);
  std::vector<float> weight;
  for (int64_t i = 0; view && i < view->size(); ++i)
    weight.push_back(float(view->real(i)));
  return weight;
}

static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// The next index below `extents`, the last running fastest; false at the end.
static bool advance(SmallVector<int64_t> &index, ArrayRef<int64_t> extents) {
  for (size_t axis = extents.size(); axis-- > 0;) {
    if (++index[axis] < extents[axis])
      return true;
    index[axis] = 0;
  }
  return false;
}

static std::optional<Sums> sumsOfConvolution(onnx::ConvOp conv) {
  Value input = conv->getOperand(0), kernel = conv->getOperand(1);
  SmallVector<int64_t> in(shapeOf(input)), weights(shapeOf(kernel)), out(shapeOf(conv->getResult(0)));
  FailureOr<onnx::Window> window =
      onnx::Window::of(conv, ArrayRef(in).drop_front(2), ArrayRef(weights).drop_front(2));
  if (failed(window))
    return std::nullopt;
  auto forEach = [=, group = conv.getGroup(), window = *window](auto use) {
    SmallVector<int64_t> at(out.size(), 0);
    std::vector<Term> terms;
    for (int64_t result = 0, more = 1; more; ++result, more = advance(at, out)) {
      terms.clear();
      int64_t first = at[1] / (out[1] / group) * weights[1];
      SmallVector<int64_t> k(weights.size() - 1, 0); // channel within the group, then the taps
      for (int64_t weight = at[1] * ShapedType::getNumElements(ArrayRef(weights).drop_front());; ++weight) {
        int64_t offset = at[0] * in[1] + first + k[0];
        bool isInside = true;
        for (size_t axis = 0; axis + 2 < in.size(); ++axis) {
          int64_t position =
              at[axis + 2] * window.strides[axis] + k[axis + 1] * window.dilations[axis] - window.pads[axis];
          isInside &= position >= 0 && position < in[axis + 2];
          offset = offset * in[axis + 2] + position;
        }
        if (isInside)
          terms.push_back({offset, weight});
        if (!advance(k, ArrayRef(weights).drop_front()))
          break;
      }
      use(result, terms);
    }
  };
  return Sums{readWeight(kernel), forEach};
}

static std::optional<Sums> sumsOfProduct(Operation *op) {
  Value left = op->getOperand(0), right = op->getOperand(1);
  auto gemm = dyn_cast<onnx::GemmOp>(op);
  if (shapeOf(right).size() != 2 || shapeOf(left).empty() || (gemm && gemm.getTransA() != 0))
    return std::nullopt;
  bool isTransposed = gemm && gemm.getTransB() != 0;
  int64_t depth = shapeOf(left).back(), columns = shapeOf(right)[isTransposed ? 0 : 1];
  int64_t rows = depth == 0 ? 0 : ShapedType::getNumElements(shapeOf(left)) / depth;
  auto forEach = [=](auto use) {
    std::vector<Term> terms(depth);
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t column = 0; column < columns; ++column) {
        for (int64_t k = 0; k < depth; ++k)
          terms[k] = {row * depth + k, isTransposed ? column * depth + k : k * columns + column};
        use(row * columns + column, terms);
      }
  };
  return Sums{readWeight(right), forEach};
}

static std::optional<Sums> sumsOf(Operation *op) {
  if (!isa<onnx::ConvOp, onnx::MatMulOp, onnx::GemmOp>(op) || !onnx::getConstant(op->getOperand(1)))
    return std::nullopt;
  auto conv = dyn_cast<onnx::ConvOp>(op);
  return conv ? sumsOfConvolution(conv) : sumsOfProduct(op);
}

static void passToTerms(const Sums &sums, ArrayRef<float> activation, ArrayRef<double> relevance,
                        MutableArrayRef<double> into) {
  sums.forEach([&](int64_t result, ArrayRef<Term> terms) {
    double total = 0;
    auto share = [&](Term term) {
      return std::max(double(activation[term.activation]) * sums.weight[term.weight], 0.0);
    };
    for (Term term : terms)
      total += share(term);
    for (Term term : terms)
      into[term.activation] +=
          relevance[result] * (total > 0 ? share(term) / total : 1.0 / double(terms.size()));
  });
}

/// Divides `relevance` among elements in proportion to their magnitudes; alike where all are zero.
static void divide(double relevance, ArrayRef<float> values, MutableArrayRef<double> into, double total) {
  for (auto [value, target] : llvm::zip_equal(values, into))
    target += relevance * (total > 0 ? std::abs(double(value)) / total : 1.0 / double(values.size()));
}

static double magnitude(ArrayRef<float> values) {
  double sum = 0;
  for (float value : values)
    sum += std::abs(double(value));
  return sum;
}

/// Where each element of a transposition's result comes from.
static std::vector<int64_t> sourcesOf(onnx::TransposeOp op) {
  ArrayRef<int64_t> shape = shapeOf(op->getOperand(0)), result = shapeOf(op->getResult(0));
  SmallVector<int64_t> order = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, shape.size())));
  if (auto permutation = op->getAttrOfType<DenseI64ArrayAttr>("perm"))
    order.assign(permutation.asArrayRef().begin(), permutation.asArrayRef().end());
  SmallVector<int64_t> index(result.size(), 0);
  std::vector<int64_t> sources;
  do {
    SmallVector<int64_t> from(shape.size(), 0);
    for (auto [axis, source] : llvm::enumerate(order))
      from[source] = index[axis];
    int64_t offset = 0;
    for (auto [axis, extent] : llvm::enumerate(shape))
      offset = offset * extent + from[axis];
    sources.push_back(offset);
  } while (advance(index, result));
  return sources;
}

void passRelevance(Operation *op, const Activations &activations, Relevances &relevances) {
  auto found = relevances.find(op->getResult(0));
  if (found == relevances.end())
    return;
  std::vector<double> relevance = found->second; // the map grows below
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    if (activations.contains(operand) && !llvm::is_contained(operands, operand))
      operands.push_back(operand);
  if (operands.empty())
    return;
  auto valuesOf = [&](Value value) -> ArrayRef<float> { return activations.find(value)->second; };
  auto into = [&](Value value) -> std::vector<double> & {
    std::vector<double> &target = relevances[value];
    target.resize(valuesOf(value).size(), 0.0);
    return target;
  };
  size_t count = relevance.size(), first = valuesOf(operands[0]).size();
  if (operands.size() == 1 && operands[0] == op->getOperand(0))
    if (std::optional<Sums> sums = sumsOf(op))
      return passToTerms(*sums, valuesOf(operands[0]), relevance, into(operands[0]));
  if (operands.size() == 1 && first == count && count > 0) {
    std::vector<int64_t> sources(count);
    std::iota(sources.begin(), sources.end(), 0);
    if (auto transpose = dyn_cast<onnx::TransposeOp>(op))
      sources = sourcesOf(transpose);
    for (auto [source, value] : llvm::zip_equal(sources, relevance))
      into(operands[0])[source] += value;
    return;
  }
  if (isa<onnx::AddOp, onnx::SubOp>(op) && operands.size() == 2 && first == count &&
      valuesOf(operands[1]).size() == count) {
    std::vector<double> &left = into(operands[0]);
    for (size_t i = 0; i < count; ++i) {
      double a = std::abs(valuesOf(operands[0])[i]), b = std::abs(valuesOf(operands[1])[i]);
      left[i] += relevance[i] * (a + b > 0 ? a / (a + b) : 0.5);
    }
    std::vector<double> &right = into(operands[1]);
    for (size_t i = 0; i < count; ++i) {
      double a = std::abs(valuesOf(operands[0])[i]), b = std::abs(valuesOf(operands[1])[i]);
      right[i] += relevance[i] * (a + b > 0 ? b / (a + b) : 0.5);
    }
    return;
  }
  if (operands.size() == 1 && count > 0 && first % count == 0) {
    size_t run = first / count;
    MutableArrayRef<double> target = into(operands[0]);
    for (size_t i = 0; i < count; ++i) {
      ArrayRef<float> values = valuesOf(operands[0]).slice(i * run, run);
      divide(relevance[i], values, target.slice(i * run, run), magnitude(values));
    }
    return;
  }
  double total = 0, whole = std::accumulate(relevance.begin(), relevance.end(), 0.0);
  size_t elements = 0;
  for (Value operand : operands) {
    total += magnitude(valuesOf(operand));
    elements += valuesOf(operand).size();
  }
  for (Value operand : operands) {
    double share = total > 0 ? whole : whole * double(valuesOf(operand).size()) / double(elements);
    divide(share, valuesOf(operand), into(operand), total);
  }
}

} // namespace quern
