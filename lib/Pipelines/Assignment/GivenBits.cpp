// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/GivenBits.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace quern {

static std::optional<size_t> findOption(const AssignableOp &op, const AssignedBits &entry) {
  for (size_t option = 0; option < op.options.size(); ++option) {
    if (op.isFloat(option) != entry.isFloat)
      continue;
    if (entry.isFloat || (op.bitsOf(option) == entry.bits &&
                          (!entry.groupSize || op.groupSizeOf(option) == *entry.groupSize) &&
                          (entry.hasDynamicActivations ? op.activationsOf(option) == "dynamic"
                                                       : !op.hasOtherActivations(option))))
      return option;
  }
  return std::nullopt;
}

static std::string describe(const AssignedBits &entry) {
  if (entry.isFloat)
    return "float";
  std::string text = std::to_string(entry.bits) + " bits";
  if (entry.groupSize)
    text += *entry.groupSize ? " in groups of " + std::to_string(*entry.groupSize) : " per channel";
  return entry.hasDynamicActivations ? text + " with dynamic activations" : text;
}

llvm::Error checkIsOfModel(ModuleOp module, const AssignmentFile &file) {
  auto hash = module->getAttrOfType<StringAttr>("onnx.model_hash");
  if (hash && hash.getValue() == file.modelHash)
    return llvm::Error::success();
  return llvm::createStringError("assignment '" + file.file + "' is of another model (hash " +
                                 file.modelHash + "; this model's is " + (hash ? hash.str() : "unknown") +
                                 ")");
}

llvm::Expected<std::vector<size_t>> takeGivenBits(ArrayRef<AssignableOp> ops, const AssignmentFile &file,
                                                  const Recipe &recipe) {
  std::vector<size_t> options;
  std::map<std::string, std::vector<size_t>> byName; // in reverse order of the graph
  AssignedBits unsaid;
  unsaid.bits = recipe.settings.weights.bits;
  for (const AssignableOp &op : ops)
    options.push_back(findOption(op, unsaid).value_or(0));
  for (size_t index = ops.size(); index-- > 0;)
    byName[ops[index].name].push_back(index);
  std::string problems;
  auto refuse = [&](const AssignedBits &entry, const Twine &reason) {
    problems += (problems.empty() ? "" : "\n") +
                (file.file + ":" + Twine(entry.line) + ": node '" + entry.node + "' " + reason).str();
  };
  for (const AssignedBits &entry : file.weights) {
    std::vector<size_t> &places = byName[entry.node];
    if (places.empty()) {
      refuse(entry, "has no weight whose precision can be chosen, or is named too often");
      continue;
    }
    size_t index = places.back();
    places.pop_back();
    if (std::optional<size_t> option = findOption(ops[index], entry))
      options[index] = *option;
    else if (ops[index].isFixed)
      refuse(entry, "is given " + describe(entry) + ", but a rule of the recipe fixes " +
                        llvm::join(ops[index].namesOfOptions(), ", "));
    else
      refuse(entry, "is given " + describe(entry) +
                        ", for which there is no kernel with the recipe's groups; accepted are " +
                        llvm::join(ops[index].namesOfOptions(), ", "));
  }
  if (!problems.empty())
    return llvm::createStringError(problems);
  return options;
}

} // namespace quern
