// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/GivenBits.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace quern {

static std::optional<size_t> findOption(const AssignableOp &op, unsigned bits) {
  for (size_t option = 0; option < op.options.size(); ++option)
    if (op.bitsOf(option) == bits)
      return option;
  return std::nullopt;
}

static std::string listBits(const AssignableOp &op) {
  SmallVector<std::string> bits;
  for (size_t option = 0; option < op.options.size(); ++option)
    bits.push_back(std::to_string(op.bitsOf(option)));
  return llvm::join(bits, ", ");
}

llvm::Expected<std::vector<size_t>> takeGivenBits(ModuleOp assigned, ArrayRef<AssignableOp> ops,
                                                  const AssignmentFile &file, const Recipe &recipe) {
  auto hash = assigned->getAttrOfType<StringAttr>("onnx.model_hash");
  if (!hash || hash.getValue() != file.modelHash)
    return llvm::createStringError("assignment '" + file.file + "' is of another model (hash " +
                                   file.modelHash + "; this model's is " + (hash ? hash.str() : "unknown") +
                                   ")");
  std::vector<size_t> options;
  std::map<std::string, std::vector<size_t>> byName; // in reverse order of the graph
  for (auto [index, op] : llvm::enumerate(ops))
    options.push_back(findOption(op, recipe.settings.weights.bits).value_or(0));
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
    if (std::optional<size_t> option = findOption(ops[index], entry.bits))
      options[index] = *option;
    else if (ops[index].isFixed)
      refuse(entry, "is given " + Twine(entry.bits) + " bits, but a rule of the recipe fixes " +
                        listBits(ops[index]));
    else
      refuse(entry, "is given " + Twine(entry.bits) +
                        " bits, for which the target has no kernel; accepted are " + listBits(ops[index]));
  }
  if (!problems.empty())
    return llvm::createStringError(problems);
  return options;
}

} // namespace quern
