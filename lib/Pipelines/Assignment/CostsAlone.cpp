// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/CostsAlone.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "lib/Pipelines/Assignment/ApplyAssignment.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace quern {

/// What tells ops apart that cost differently: type, shapes, ONNX attributes, which operands are constant,
/// and the precision.
static std::string keyOf(Operation *op, PrecisionAttr precision) {
  std::string key;
  llvm::raw_string_ostream stream(key);
  stream << op->getName().stripDialect();
  for (Value operand : op->getOperands())
    stream << " " << (onnx::getConstant(operand) ? "constant " : "") << operand.getType();
  stream << " -> " << op->getResultTypes();
  for (NamedAttribute attribute : op->getAttrs())
    if (!attribute.getName().strref().contains('.')) // attributes of a dialect state no computation
      stream << " " << attribute.getName().strref() << "=" << attribute.getValue();
  if (!precision) {
    stream << " float";
    return key;
  }
  if (auto activations = precision.getActivations())
    stream << " activations " << activations;
  if (op->hasAttr(kRowScalesAttrName) && !precision.getWeights())
    stream << " rows";
  if (QuantizerAttr weights = precision.getWeights())
    stream << " weights of " << (weights.getFormat().getBits() <= 4 ? 4 : 8) << " bits "
           << weights.getGranularity();
  return key;
}

static int64_t bytesOf(Type type, unsigned bits) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() ? tensor.getNumElements() * bits / 8 : 0;
}

static int64_t activationBytesOf(Operation *op, PrecisionAttr precision) {
  unsigned bits =
      precision && precision.getActivations() ? precision.getActivations().getFormat().getBits() : 32;
  int64_t bytes = bytesOf(op->getResult(0).getType(), bits);
  for (Value operand : op->getOperands())
    if (!onnx::getConstant(operand))
      bytes += bytesOf(operand.getType(), bits);
  return bytes;
}

llvm::Expected<CostTable> measureCostsAlone(ModuleOp assigned, ArrayRef<AssignableOp> ops,
                                            const Target &target, bool measuresTime, CostStore &store) {
  llvm::DenseMap<int64_t, Operation *> byNumber = mapNumbers(assigned);
  std::string machine = describeMachine(target.record());
  CostTable costs;
  for (const AssignableOp &assignable : ops) {
    Operation *op = byNumber[assignable.number];
    std::vector<Cost> &ofOp = costs.emplace_back();
    for (PrecisionAttr precision : assignable.options) {
      std::string key = machine + "; " + keyOf(op, precision);
      const Cost *known = store.find(key);
      if (!known || (measuresTime && !known->nanoseconds)) {
        FailureOr<Cost> measured = measureCost(*isolateOp(op, precision), target, measuresTime);
        if (failed(measured))
          return llvm::createStringError("node '" + assignable.name +
                                         "': its cost cannot be told, since it cannot be compiled alone");
        measured->activationBytes = activationBytesOf(op, precision);
        store.set(key, *measured);
        known = store.find(key);
      }
      ofOp.push_back(*known);
    }
  }
  return costs;
}

} // namespace quern
