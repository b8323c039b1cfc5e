// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/LowerBounds.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/Tensor.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/QuantizationAnalysis/AccumulatorBound.h"
#include "passes/QuantizationAnalysis/IntegerRoles.h"

#include <map>
#include <tuple>

using namespace mlir;

namespace quern {

/// Constants that may be stored once: they have as many elements, and as many of each sign, in whatever order
/// and scale.
using Signs = std::tuple<int64_t, int64_t, int64_t>;

static Signs countSigns(const onnx::ConstantView &constant) {
  int64_t positive = 0, negative = 0;
  for (int64_t i = 0, count = constant.size(); i < count; ++i) {
    double value = constant.real(i);
    positive += value > 0;
    negative += value < 0;
  }
  return {constant.size(), positive, negative};
}

namespace {
class StoredConstants {
public:
  /// Codes of one sign may all be one number, which needs no storage.
  void add(const onnx::ConstantView &constant, unsigned bits) {
    if (constant.isSplat() || constant.size() == 0)
      return;
    Signs signs = countSigns(constant);
    if (std::get<1>(signs) == 0 || std::get<2>(signs) == 0)
      return;
    unsigned &known = bitsOf[signs];
    known = std::max(known, bits);
  }

  int64_t bytes() const {
    int64_t sum = 0;
    for (const auto &[signs, bits] : bitsOf)
      sum += std::get<0>(signs) * bits / 8;
    return sum;
  }

private:
  std::map<Signs, unsigned> bitsOf;
};
} // namespace

static unsigned widthOf(const onnx::ConstantView &constant) {
  return constant.getElementType().getIntOrFloatBitWidth();
}

/// The fewest bits of an element of the op's weight; 0 where it may be folded away.
static unsigned fewestBits(onnx::QuantizableOpInterface op, const onnx::ConstantView &weight,
                           const llvm::DenseMap<int64_t, unsigned> &bitsOfCodes) {
  if (auto found = bitsOfCodes.find(numberOf(op)); found != bitsOfCodes.end())
    return found->second;
  auto isConstantOperand = [](OpOperand *activation) { return isConstant(activation->get()); };
  if (llvm::all_of(activationsOf(op), isConstantOperand))
    return 0;
  // The sum of weights that a method has changed may fit.
  if (findIntegerRole(op).form == onnx::IntegerForm::Contraction && !accumulatorFits(op))
    return 0;
  return widthOf(weight);
}

/// The op reads numbers, whatever is found: only ops with a precision in the sketch may read codes, or hand
/// them on.
static bool readsFloats(Operation *op) {
  if (isa<onnx::DataMovementOpInterface>(op))
    return false;
  auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
  bool mayFitLater = findIntegerRole(op).form == onnx::IntegerForm::Contraction;
  return precision ? !precision.getActivations() : !mayFitLater;
}

/// A table of which only codes are read is stored as codes.
static unsigned fewestBits(onnx::GatherOp gather, const onnx::ConstantView &table) {
  constexpr unsigned kBitsOfActivations = 8;
  return llvm::any_of(gather->getUsers(), readsFloats) ? widthOf(table)
                                                       : std::min(kBitsOfActivations, widthOf(table));
}

int64_t leastWeightBytes(ModuleOp sketch, ArrayRef<AssignableOp> ops) {
  llvm::DenseMap<int64_t, unsigned> bitsOfCodes;
  for (const AssignableOp &op : ops)
    bitsOfCodes[op.number] = op.bitsOf(op.coarsest());
  StoredConstants stored;
  auto add = [&](Value value, llvm::function_ref<unsigned(const onnx::ConstantView &)> bits) {
    if (auto constant = onnx::ConstantView::of(value); constant && isa<FloatType>(constant->getElementType()))
      if (unsigned count = bits(*constant))
        stored.add(*constant, count);
  };
  sketch.lookupSymbol<func::FuncOp>("main").walk([&](Operation *op) {
    if (auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op);
        quantizable && quantizable.getWeightOperand())
      add(op->getOperand(*quantizable.getWeightOperand()),
          [&](const onnx::ConstantView &weight) { return fewestBits(quantizable, weight, bitsOfCodes); });
    if (auto gather = dyn_cast<onnx::GatherOp>(op); gather && !isConstant(gather.getIndices()))
      add(gather.getData(), [&](const onnx::ConstantView &table) { return fewestBits(gather, table); });
  });
  return stored.bytes();
}

double leastAverageBits(ArrayRef<AssignableOp> ops, bool isComplete) {
  double least = 8, sum = 0, elements = 0;
  for (const AssignableOp &op : ops) {
    unsigned bits = op.bitsOf(op.coarsest());
    least = std::min(least, double(bits));
    sum += double(bits) * double(op.elements);
    elements += double(op.elements);
  }
  return isComplete && elements > 0 ? sum / elements : least;
}

} // namespace quern
