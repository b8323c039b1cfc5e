// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/NodePrecisions.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernAttributes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace quern {

static std::string describeFormat(FormatAttr format) {
  return (format.getIsSigned() ? "s" : "u") + std::to_string(format.getBits());
}

static std::string describeQuantizer(QuantizerAttr quantizer) {
  GranularityAttr granularity = quantizer.getGranularity();
  std::string format = describeFormat(quantizer.getFormat());
  switch (granularity.getKind()) {
  case GranularityKind::Tensor:
    return format;
  case GranularityKind::Group:
    return format + " per group of " + std::to_string(granularity.getGroupSize());
  default:
    return format + " per " + stringifyGranularityKind(granularity.getKind()).str();
  }
}

llvm::json::Array describePrecisions(ModuleOp hubForm) {
  llvm::json::Array nodes;
  hubForm.lookupSymbol<func::FuncOp>("main").walk([&](Operation *op) {
    auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
    if (!precision)
      return;
    llvm::json::Object node{
        {"node", llvm::json::fixUTF8(onnx::getNodeName(op))},
        {"op", op->getName().stripDialect()},
        {"activations", precision.getActivations() ? describeQuantizer(precision.getActivations()) : "f32"}};
    if (precision.getWeights())
      node["weights"] = describeQuantizer(precision.getWeights());
    if (op->hasAttr(kRowScalesAttrName) && !precision.getWeights())
      node["first_activation"] = "u8 per row"; // the codes of lib/Numerics/RowQuantizer.h
    nodes.push_back(std::move(node));
  });
  return nodes;
}

llvm::json::Array namesOfResidue(StringAttr residue) {
  llvm::json::Array names;
  llvm::json::Value entries = llvm::cantFail(llvm::json::parse(residue.getValue()));
  for (const llvm::json::Value &entry : *entries.getAsArray())
    names.push_back(entry.getAsObject()->getString("node").value_or("").str());
  return names;
}

} // namespace quern
