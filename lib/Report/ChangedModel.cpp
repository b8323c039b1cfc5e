// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/ChangedModel.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"
#include "lib/Pipelines/Assignment/WeightVariants.h"
#include "lib/Report/HubForm.h"

using namespace mlir;

namespace quern {

ChangedModel::ChangedModel(ModuleOp floatModule, ArrayRef<ComparedNode> nodes)
    : nodes(nodes), copy(cast<ModuleOp>(floatModule->clone(toCopy))),
      main(copy->lookupSymbol<func::FuncOp>("main")), builder(main.getContext()),
      outputs(main.front().getTerminator()->getNumOperands()) {}

Value ChangedModel::makeFloats(ArrayRef<int64_t> shape, ArrayRef<float> values, Location loc) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float));
  return onnx::ConstantOp::create(builder, loc, type, onnx::makeConstant(type, bytes));
}

Value ChangedModel::addSelector() {
  auto type = RankedTensorType::get({1}, builder.getF32Type());
  unsigned argument = main.getNumArguments();
  auto name = builder.getStringAttr("quern.variant" + std::to_string(values.size()));
  (void)main.insertArgument(argument, type,
                            builder.getDictionaryAttr(builder.getNamedAttr(onnx::nameAttribute, name)),
                            main.getLoc());
  return main.getArgument(argument);
}

/// The quantizer of `operand` as it is, on another value.
static Value quantizeAlike(OpBuilder &builder, Value operand, Value value) {
  Operation *dequantize = operand.getDefiningOp();
  Operation *quantize = dequantize->getOperand(0).getDefiningOp();
  IRMapping mapping;
  mapping.map(quantize->getOperand(0), value);
  builder.clone(*quantize, mapping);
  return builder.clone(*dequantize, mapping)->getResult(0);
}

static Value quantizeBy(OpBuilder &builder, Value value, const Quantizer &quantizer) {
  bool isSigned = quantizer.codes.lowest < 0;
  auto type = quant::UniformQuantizedType::get(
      isSigned ? quant::QuantizationFlags::Signed : 0, builder.getIntegerType(8), builder.getF32Type(),
      quantizer.scale, quantizer.zeroPoint, quantizer.codes.lowest, quantizer.codes.highest);
  auto tensor = cast<RankedTensorType>(value.getType());
  Value codes = QuantizeOp::create(builder, value.getLoc(), withElementType(tensor, type), value);
  return DequantizeOp::create(builder, value.getLoc(), tensor, codes);
}

/// True for a bias that no factor of the op scales.
static bool isPlainBias(const ComparedNode &node, unsigned operand) {
  auto gemm = dyn_cast<onnx::GemmOp>(node.floatOp);
  auto op = cast<onnx::QuantizableOpInterface>(node.floatOp);
  return op.getBiasOperand() == operand && (!gemm || gemm.getBeta().isExactlyValue(1.0));
}

Value ChangedModel::quantizeOperand(const ComparedNode &node, unsigned number, const Change *change) {
  Value hubOperand = node.hubOp->getOperand(number);
  Value value = toCopy.lookup(node.floatOp->getOperand(number));
  auto isOf = [&](const auto &entry) { return entry.first == number; };
  if (llvm::none_of(node.edges, isOf)) {
    // A bias may make up for what the codes of the weight do to the mean: with other codes it is the model's.
    if (change && !change->weight.empty() && isPlainBias(node, number))
      return value;
    // A constant: what its codes stand for.
    ElementsAttr reals =
        hubOperand.getDefiningOp<DequantizeOp>() ? readWeightAsReals(hubOperand) : ElementsAttr();
    return reals ? Value(onnx::ConstantOp::create(builder, value.getLoc(), reals.getType(), reals)) : value;
  }
  if (!change)
    return quantizeAlike(builder, hubOperand, value);
  auto range = llvm::find_if(change->ranges, isOf);
  if (range == change->ranges.end())
    return quantizeAlike(builder, hubOperand, value);
  if (!change->divisors.empty()) {
    Value divisors = makeFloats({int64_t(change->divisors.size())}, change->divisors, value.getLoc());
    value = onnx::DivOp::create(builder, value.getLoc(), value.getType(), value, divisors);
  }
  return quantizeBy(builder, value, range->second);
}

Operation *ChangedModel::quantize(const ComparedNode &node, const Change *change) {
  SmallVector<Value> operands;
  for (unsigned number = 0; number < node.hubOp->getNumOperands(); ++number)
    operands.push_back(quantizeOperand(node, number, change));
  if (change && !change->weight.empty()) {
    unsigned number = *cast<onnx::QuantizableOpInterface>(node.hubOp).getWeightOperand();
    auto type = cast<RankedTensorType>(node.hubOp->getOperand(number).getType());
    operands[number] = makeFloats(type.getShape(), change->weight, node.hubOp->getLoc());
  }
  IRMapping none;
  for (auto [from, to] : llvm::zip_equal(node.hubOp->getOperands(), operands))
    none.map(from, to);
  Operation *clone = builder.clone(*node.hubOp, none);
  clone->setOperands(operands); // one value may be two operands with different quantizers
  return clone;
}

size_t ChangedModel::add(size_t number, const Change *change) {
  const ComparedNode &node = nodes[number];
  Operation *exact = toCopy.lookup(node.floatOp);
  // In front of the selections of the node's earlier variants, which read what this one lets pass.
  builder.setInsertionPointAfter(exact);
  Operation *quantized = quantize(node, change);
  Value selector = addSelector(), one = makeFloats({1}, {1.0f}, exact->getLoc());
  Value keeper = onnx::SubOp::create(builder, exact->getLoc(), one.getType(), one, selector);
  SmallVector<Value> &shown = values.emplace_back();
  for (auto [before, after] : llvm::zip_equal(exact->getResults(), quantized->getResults())) {
    auto type = dyn_cast<RankedTensorType>(before.getType());
    if (!type || !type.getElementType().isF32())
      continue;
    shown.push_back(after);
    // One factor is 0 and the other 1, so that one of the two passes, bit by bit.
    auto kept = onnx::MulOp::create(builder, before.getLoc(), type, before, keeper);
    auto taken = onnx::MulOp::create(builder, before.getLoc(), type, after, selector);
    Value chosen = onnx::AddOp::create(builder, before.getLoc(), type, kept, taken);
    before.replaceAllUsesExcept(chosen, kept);
  }
  return values.size() - 1;
}

OwningOpRef<ModuleOp> ChangedModel::finish() {
  Operation *terminator = main.front().getTerminator();
  SmallVector<Value> shown(terminator->operand_begin(), terminator->operand_end());
  for (const SmallVector<Value> &ofVariant : values) {
    std::vector<size_t> &numbers = results.emplace_back();
    for (Value value : ofVariant) {
      numbers.push_back(shown.size());
      shown.push_back(value);
    }
  }
  terminator->setOperands(shown);
  main.setFunctionType(builder.getFunctionType(main.getArgumentTypes(), ValueRange(shown).getTypes()));
  main.removeResAttrsAttr();
  return std::move(copy);
}

} // namespace quern
