// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/RecognizeNormalization/RecognizeNormalization.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/Structure.h"
#include "passes/RecognizeNormalization/Terms.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_RECOGNIZENORMALIZATION
#include "passes/RecognizeNormalization/RecognizeNormalization.h.inc"

/// Ops between r and y that are tried; the longest known form has 6.
static constexpr size_t kOpsBehind = 16;

namespace {
/// A vector over the normalized axes, in the making.
class Vector {
public:
  explicit Vector(ArrayRef<int64_t> shape) : shape(shape), values(ShapedType::getNumElements(shape), 0) {}

  /// Adds sign * product of the constants; false if one of them does not fit (C4).
  bool add(const Term &term);
  ArrayRef<double> get() const { return values; }

private:
  bool multiply(SmallVectorImpl<double> &product, Value constant, bool inverse) const;

  ArrayRef<int64_t> shape;
  SmallVector<double> values;
};

struct Normalization {
  Operation *root;
  Moments moments;
  Affine affine;
  SmallVector<double> scale, shift; ///< shift is empty if there is none
};
} // namespace

bool Vector::multiply(SmallVectorImpl<double> &product, Value constant, bool inverse) const {
  std::optional<onnx::ConstantView> view = onnx::ConstantView::of(constant);
  if (!view || !view->getElementType().isF32())
    return false;
  ArrayRef<int64_t> own = view->getShape();
  while (own.size() > shape.size() && own.front() == 1)
    own = own.drop_front();
  if (own.size() > shape.size())
    return false;
  ArrayRef<int64_t> met = shape.take_back(own.size());
  for (auto [size, wanted] : llvm::zip_equal(own, met))
    if (size != 1 && size != wanted)
      return false;
  SmallVector<int64_t> strides(own.size());
  for (int64_t axis = own.size() - 1, stride = 1; axis >= 0; stride *= own[axis--])
    strides[axis] = own[axis] == 1 ? 0 : stride;
  for (auto [index, value] : llvm::enumerate(product)) {
    int64_t rest = index, source = 0;
    for (int64_t axis = own.size() - 1; axis >= 0; rest /= met[axis--])
      source += rest % met[axis] * strides[axis];
    double factor = view->real(source);
    value = inverse ? value / factor : value * factor;
  }
  return true;
}

bool Vector::add(const Term &term) {
  SmallVector<double> product(values.size(), term.sign);
  for (auto [constant, inverse] : term.constants)
    if (!multiply(product, constant, inverse))
      return false;
  for (auto [value, addend] : llvm::zip_equal(values, product))
    value += addend;
  return true;
}

/// Fills in scale and shift (C4, C5).
static bool readVectors(Normalization &result) {
  auto type = dyn_cast<RankedTensorType>(result.moments.x.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isF32() ||
      result.root->getResult(0).getType() != type)
    return false;
  ArrayRef<int64_t> normalized = type.getShape().drop_front(result.moments.axis);
  Vector scale(normalized), shift(normalized);
  if (!llvm::all_of(result.affine.scale, [&](const Term &term) { return scale.add(term); }) ||
      !llvm::all_of(result.affine.shift, [&](const Term &term) { return shift.add(term); }))
    return false;
  result.scale.assign(scale.get().begin(), scale.get().end());
  if (!result.affine.shift.empty())
    result.shift.assign(shift.get().begin(), shift.get().end());
  return true;
}

static std::optional<Normalization> match(Operation *op) {
  std::optional<Moments> moments = matchMoments(op);
  if (!moments)
    return std::nullopt;
  for (Operation *root : listDependents(moments->root, kOpsBehind, isTermStep)) {
    Normalization result{root, *moments, {}, {}, {}};
    std::optional<SmallVector<Term>> terms =
        readTerms(root->getResult(0), result.moments, result.moments.group);
    std::optional<Affine> affine = terms ? asNormalization(*terms, result.moments) : std::nullopt;
    if (!affine || !result.moments.group.isClosed(root)) // (C1)
      continue;
    result.affine = std::move(*affine);
    if (readVectors(result))
      return result;
  }
  return std::nullopt;
}

/// The constant that is the vector already, or a new one.
static Value makeVector(OpBuilder &builder, const Normalization &match, ArrayRef<Term> terms,
                        ArrayRef<double> values) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(match.moments.x.getType()).getShape();
  auto type = RankedTensorType::get(shape.drop_front(match.moments.axis), builder.getF32Type());
  if (terms.size() == 1 && terms[0].sign == 1 && terms[0].constants.size() == 1) {
    auto [constant, inverse] = terms[0].constants[0];
    if (!inverse && constant.getType() == type)
      return constant;
  }
  return onnx::ConstantOp::create(builder, match.root->getLoc(), type, onnx::makeConstant(type, values));
}

static Operation *build(OpBuilder &builder, const Normalization &match) {
  Location location = match.root->getLoc();
  Type type = match.moments.x.getType(), none = builder.getNoneType();
  Value scale = makeVector(builder, match, match.affine.scale, match.scale);
  int64_t axis = match.moments.axis - cast<RankedTensorType>(type).getRank();
  llvm::APFloat epsilon(static_cast<float>(match.moments.epsilon));
  if (!match.moments.mean) {
    auto op = onnx::RMSNormalizationOp::create(builder, location, TypeRange(type),
                                               ValueRange{match.moments.x, scale});
    op.setAxis(axis);
    op.setEpsilon(epsilon);
    return op;
  }
  Value shift = match.shift.empty() ? Value(onnx::NoValueOp::create(builder, location, none))
                                    : makeVector(builder, match, match.affine.shift, match.shift);
  auto op = onnx::LayerNormalizationOp::create(builder, location, TypeRange{type, none, none},
                                               ValueRange{match.moments.x, scale, shift});
  op.setAxis(axis);
  op.setEpsilon(epsilon);
  return op;
}

namespace {
struct RecognizeNormalization : impl::RecognizeNormalizationBase<RecognizeNormalization> {
  void runOnOperation() override {
    SmallVector<Operation *> roots;
    getOperation().walk([&](Operation *op) {
      if (rootPower(op))
        roots.push_back(op);
    });
    for (Operation *op : roots)
      if (std::optional<Normalization> found = match(op)) {
        OpBuilder builder(found->root);
        Operation *normalization = build(builder, *found);
        found->moments.group.replace(found->root, normalization);
      }
  }
};
} // namespace

} // namespace quern
