// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Describe.h"

#include "lib/Recipe/AssignmentFile.h"

#include "llvm/Support/FormatVariadic.h"

#include <numeric>

namespace quern {

std::string summarize(const Assignment &assignment) {
  std::map<std::string, std::pair<int, int64_t>> byName; // ops and elements
  std::map<std::string, int> products;                   // of two activations
  for (auto [op, option] : llvm::zip_equal(assignment.ops, assignment.chosen.options)) {
    if (!op.hasWeight) {
      ++products[op.nameOf(option)];
      continue;
    }
    auto &[count, elements] = byName[op.nameOf(option)];
    ++count;
    elements += op.elements;
  }
  std::string text = "assigned: ";
  for (const auto &[name, counts] : byName)
    text += llvm::formatv("{0} to {1} weights of {2} elements, ", name, counts.first, counts.second);
  for (const auto &[name, count] : products)
    text += llvm::formatv("{0} to {1} products of two activations, ", name, count);
  text += llvm::formatv("{0} bytes ({1} with 8 bits)", assignment.chosen.cost.weightBytes,
                        assignment.eightBit.weightBytes);
  if (assignment.chosen.cost.nanoseconds)
    text +=
        llvm::formatv(", {0:f3} ms ({1:f3} with 8 bits)", double(*assignment.chosen.cost.nanoseconds) * 1e-6,
                      double(*assignment.eightBit.nanoseconds) * 1e-6);
  if (assignment.chosen.outputError)
    text += llvm::formatv("; squared error of the outputs {0:e2} on samples that were held back",
                          *assignment.chosen.outputError);
  return text;
}

/// "4 bits lose 1.20e-03 and take 432 bytes, ..." for the options other than the first.
static std::string describeOptions(const Assignment &assignment, size_t index) {
  const AssignableOp &op = assignment.ops[index];
  std::string text;
  for (size_t option = 0; option < op.options.size(); ++option)
    text += llvm::formatv("{0}{1}: loss {2:e2}, {3} bytes", text.empty() ? "" : "; ", op.nameOf(option),
                          assignment.losses[index][option], assignment.costs[index][option].weightBytes);
  if (op.options.size() == 1)
    text += op.isFixed ? " (by a rule)" : " (fewer would take no less)";
  return text;
}

std::string formatRanking(const Assignment &assignment) {
  std::vector<size_t> order(assignment.ops.size());
  std::iota(order.begin(), order.end(), 0);
  llvm::sort(order, [&](size_t a, size_t b) {
    double ofA = assignment.losses[a][assignment.ops[a].coarsest()],
           ofB = assignment.losses[b][assignment.ops[b].coarsest()];
    return ofA != ofB ? ofA > ofB : a < b;
  });
  std::string text = "sensitivity '" + assignment.sensitivity + "', the most sensitive weights first:";
  for (size_t index : order)
    text += llvm::formatv("\n  {0} ({1}, {2} elements) {3}", assignment.ops[index].name,
                          assignment.ops[index].type, assignment.ops[index].elements,
                          describeOptions(assignment, index));
  return text;
}

std::string formatAssignment(const Assignment &assignment, llvm::StringRef modelHash,
                             llvm::StringRef budget) {
  AssignmentFile file;
  file.modelHash = modelHash.str();
  std::vector<std::string> notes;
  for (auto [index, op] : llvm::enumerate(assignment.ops)) {
    size_t option = assignment.chosen.options[index];
    AssignedBits &entry = file.weights.emplace_back();
    entry.node = op.name;
    entry.isFloat = op.isFloat(option);
    entry.bits = op.bitsOf(option);
    if (op.hasGroups && !entry.isFloat)
      entry.groupSize = op.groupSizeOf(option);
    entry.hasDynamicActivations = !entry.isFloat && op.hasOtherActivations(option);
    notes.push_back(op.type + "; " + describeOptions(assignment, index));
  }
  return formatAssignment(file,
                          {"Precisions of weights, chosen by quernc --assign=auto --budget=" + budget.str() +
                               " by the sensitivity '" + assignment.sensitivity + "'.",
                           "Edit them and give the file back: --assign=FILE."},
                          notes);
}

} // namespace quern
