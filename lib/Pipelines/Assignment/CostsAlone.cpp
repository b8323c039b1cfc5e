// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/CostsAlone.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "lib/Pipelines/Assignment/Sensitivity/WeightError.h"

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
  if (auto activations = precision.getActivations())
    stream << " activations " << activations;
  QuantizerAttr weights = precision.getWeights();
  stream << " weights of " << (weights.getFormat().getBits() <= 4 ? 4 : 8) << " bits "
         << weights.getGranularity();
  return key;
}

static int64_t bytesOf(Type type, unsigned bits) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() ? tensor.getNumElements() * bits / 8 : 0;
}

static int64_t activationBytesOf(Operation *op, PrecisionAttr precision) {
  unsigned bits = precision.getActivations() ? precision.getActivations().getFormat().getBits() : 32;
  int64_t bytes = bytesOf(op->getResult(0).getType(), bits);
  for (Value operand : op->getOperands())
    if (!onnx::getConstant(operand))
      bytes += bytesOf(operand.getType(), bits);
  return bytes;
}

llvm::Expected<CostTable> measureCostsAlone(ModuleOp assigned, ArrayRef<AssignableOp> ops,
                                            const Target &target) {
  llvm::DenseMap<int64_t, Operation *> byNumber = mapNumbers(assigned);
  std::map<std::string, Cost> known;
  CostTable costs;
  for (const AssignableOp &assignable : ops) {
    Operation *op = byNumber[assignable.number];
    std::vector<Cost> &ofOp = costs.emplace_back();
    for (PrecisionAttr precision : assignable.options) {
      auto [entry, isNew] = known.try_emplace(keyOf(op, precision));
      if (isNew) {
        OwningOpRef<ModuleOp> alone = isolateOp(op, precision);
        FailureOr<OwningOpRef<ModuleOp>> lowered = lowerAssigned(*alone, target);
        if (failed(lowered))
          return llvm::createStringError("node '" + assignable.name +
                                         "': its cost cannot be told, since it cannot be compiled alone");
        entry->second = readCost(**lowered);
        entry->second.activationBytes = activationBytesOf(op, precision);
      }
      ofOp.push_back(entry->second);
    }
  }
  return costs;
}

} // namespace quern
