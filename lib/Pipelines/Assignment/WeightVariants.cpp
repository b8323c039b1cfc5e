// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/WeightVariants.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"
#include "lib/Pipelines/Assignment/ApplyAssignment.h"
#include "passes/InsertSimulation/SimulationSlots.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace quern {

/// f32(code - zero point) * scale of each code.
static SmallVector<double> dequantize(const onnx::ConstantView &codes, quant::QuantizedType type) {
  SmallVector<double> reals;
  reals.reserve(codes.size());
  auto push = [&](int64_t code, int64_t zeroPoint, float scale) {
    reals.push_back(double(float(code - zeroPoint) * scale));
  };
  if (std::optional<UniformParameters> uniform = uniformParameters(type)) {
    int64_t inner = uniform->axis
                        ? ShapedType::getNumElements(codes.getShape().drop_front(*uniform->axis + 1))
                        : std::max<int64_t>(codes.size(), 1);
    int64_t channels = int64_t(uniform->scales.size());
    for (int64_t i = 0; i < codes.size(); ++i) {
      int64_t channel = i / inner % channels;
      push(codes.integer(i), uniform->zeroPoints[channel], uniform->scales[channel]);
    }
    return reals;
  }
  std::optional<ColumnGroups> groups = columnGroups(type, codes.getShape());
  if (!groups)
    return {};
  int64_t columns = codes.getShape()[1];
  for (int64_t i = 0; i < codes.size(); ++i) {
    int64_t at = i / columns / groups->groupSize * columns + i % columns;
    push(codes.integer(i), groups->zeroPoints[at], groups->scales[at]);
  }
  return reals;
}

ElementsAttr readWeightAsReals(Value value) {
  if (ElementsAttr constant = onnx::getConstant(value))
    return constant;
  auto op = value.getDefiningOp<DequantizeOp>();
  Value storage = op ? storageOperand(op.getInput()) : Value();
  std::optional<onnx::ConstantView> codes = storage ? onnx::ConstantView::of(storage) : std::nullopt;
  if (!codes)
    return {};
  SmallVector<double> reals = dequantize(*codes, quantizedElementType(op.getInput().getType()));
  if (int64_t(reals.size()) != codes->size())
    return {};
  return onnx::makeConstant(cast<RankedTensorType>(op.getType()), reals);
}

/// Reads the weights of the ops in `wanted`, by number, into the variants there.
static LogicalResult readVariants(ModuleOp quantized,
                                  const llvm::DenseMap<int64_t, WeightVariant *> &wanted) {
  bool complete = true;
  quantized.lookupSymbol<func::FuncOp>("main").walk([&](onnx::QuantizableOpInterface op) {
    auto found = numberOf(op) < 0 ? wanted.end() : wanted.find(numberOf(op));
    if (found == wanted.end())
      return;
    WeightVariant &variant = *found->second;
    variant.attributes = op->getAttrDictionary();
    variant.weight = readWeightAsReals(op->getOperand(*op.getWeightOperand()));
    if (std::optional<unsigned> bias = op.getBiasOperand())
      variant.bias = readWeightAsReals(op->getOperand(*bias));
    if (!variant.weight) {
      op->emitError("has a weight whose codes cannot be read back");
      complete = false;
    }
  });
  return success(complete);
}

/// Weights are rounded alike whatever the activations; float ones are those of the model.
static void fillRepeated(ModuleOp assigned, ArrayRef<AssignableOp> ops,
                         std::vector<std::vector<WeightVariant>> &variants) {
  llvm::DenseMap<int64_t, Operation *> byNumber = mapNumbers(assigned);
  for (auto [op, ofOp] : llvm::zip_equal(ops, variants))
    for (size_t option = 0; op.hasWeight && option < op.options.size(); ++option) {
      if (!op.isFloat(option)) {
        ofOp[option] = ofOp[op.weightsOf(option)];
        continue;
      }
      auto ofModel = cast<onnx::QuantizableOpInterface>(byNumber[op.number]);
      ofOp[option] = {ofModel->getAttrDictionary(),
                      onnx::getConstant(ofModel->getOperand(*ofModel.getWeightOperand())),
                      {}};
    }
}

FailureOr<std::vector<std::vector<WeightVariant>>> makeWeightVariants(ModuleOp assigned,
                                                                      ArrayRef<AssignableOp> ops,
                                                                      const Recipe &recipe,
                                                                      const QuantizeOptions &options) {
  std::vector<std::vector<WeightVariant>> variants;
  std::vector<std::vector<size_t>> distinct; // options of each op
  size_t most = 0;
  for (const AssignableOp &op : ops) {
    variants.emplace_back(op.options.size());
    distinct.push_back(op.distinctWeights());
    most = std::max(most, distinct.back().size());
  }
  for (size_t turn = 0; turn < most; ++turn) {
    OwningOpRef<ModuleOp> copy = assigned.clone();
    std::vector<size_t> uniform;
    llvm::DenseMap<int64_t, WeightVariant *> wanted;
    for (auto [op, ofOp, choices] : llvm::zip_equal(ops, variants, distinct)) {
      uniform.push_back(choices[std::min(turn, choices.size() - 1)]);
      if (turn < choices.size() && op.hasWeight)
        wanted[op.number] = &ofOp[choices[turn]];
    }
    PassManager passes(assigned.getContext());
    populateQuantizePipeline(passes, options);
    if (failed(applyAssignment(*copy, ops, uniform, recipe)) || failed(passes.run(*copy)) ||
        failed(readVariants(*copy, wanted)))
      return failure();
  }
  fillRepeated(assigned, ops, variants);
  return variants;
}

std::vector<float> readFloatWeight(Operation *op, const WeightVariant &variant) {
  auto view =
      *onnx::ConstantView::of(op->getOperand(*cast<onnx::QuantizableOpInterface>(op).getWeightOperand()));
  auto transposes = [](Attribute attribute) {
    auto number = dyn_cast_or_null<IntegerAttr>(attribute);
    return number && number.getInt() != 0;
  };
  bool isTransposed = isa<onnx::GemmOp>(op) &&
                      transposes(op->getAttr("transB")) != transposes(variant.attributes.get("transB"));
  auto gemm = dyn_cast<onnx::GemmOp>(op);
  float factor = gemm ? gemm.getAlpha().convertToFloat() : 1.0f;
  int64_t columns = view.getShape().empty() ? 1 : view.getShape().back();
  int64_t rows = columns == 0 ? 0 : view.size() / columns;
  std::vector<float> values;
  values.reserve(view.size());
  for (int64_t i = 0; i < view.size(); ++i)
    values.push_back(float(view.real(isTransposed ? i % rows * columns + i / rows : i)) * factor);
  return values;
}

} // namespace quern
