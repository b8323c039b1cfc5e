// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/AssignableOps.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "lib/Recipe/Preset.h"
#include "passes/AssignPrecision/AssignPrecision.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/RecipeRules/RuleMatcher.h"

using namespace mlir;

namespace quern {

static StringRef spell(WeightGranularity granularity) {
  switch (granularity) {
  case WeightGranularity::Tensor:
    return "tensor";
  case WeightGranularity::Channel:
    return "channel";
  case WeightGranularity::Group:
    return "group";
  }
  llvm_unreachable("every granularity has a name");
}

std::vector<unsigned> bitsWithKernel(const TargetRecord &target, WeightGranularity granularity) {
  auto hasKernel = [&](StringRef storage) {
    return llvm::any_of(target.kernels, [&](const KernelFormat &kernel) {
      return kernel.weights == storage && kernel.granularity == spell(granularity);
    });
  };
  std::vector<unsigned> bits;
  for (unsigned count = 8; count >= 2; --count) {
    // Codes below 8 bits have zero points by default.
    bool narrow = count <= 4 && (hasKernel("s4") || hasKernel("u4"));
    if (narrow || hasKernel("s8"))
      bits.push_back(count);
  }
  return bits;
}

int64_t AssignableOp::groupSizeOf(size_t option) const {
  GranularityAttr granularity = options[option].getWeights().getGranularity();
  return granularity.getKind() == GranularityKind::Group ? granularity.getGroupSize() : 0;
}

std::string AssignableOp::nameOf(size_t option) const {
  std::string name = std::to_string(bitsOf(option)) + " bits";
  return groupSizeOf(option) ? name + " in groups of " + std::to_string(groupSizeOf(option)) : name;
}

/// The target's widths for the granularity; with `everyWidth` all, else the most of each storage.
static std::vector<unsigned> listWidths(const TargetRecord &target, WeightGranularity granularity,
                                        bool everyWidth) {
  std::vector<unsigned> widths = bitsWithKernel(target, granularity);
  if (!everyWidth)
    llvm::erase_if(widths, [](unsigned bits) { return bits != 8 && bits != 4; });
  return widths;
}

static std::vector<PrecisionAttr> listOptions(onnx::QuantizableOpInterface op, const Recipe &recipe,
                                              const TargetRecord &target, bool everyWidth) {
  std::vector<WeightSettings> choices;
  auto offer = [&](WeightSettings weights) {
    bool followsBits = weights.symmetric == isSymmetricByDefault(weights);
    for (unsigned bits : listWidths(target, weights.granularity, everyWidth)) {
      weights.bits = bits;
      if (followsBits) // a scheme that the user did not choose
        weights.symmetric = isSymmetricByDefault(weights);
      choices.push_back(weights);
    }
  };
  offer(recipe.settings.weights);
  if (recipe.settings.weights.granularity == WeightGranularity::Group) {
    WeightSettings perChannel = recipe.settings.weights;
    perChannel.granularity = WeightGranularity::Channel;
    perChannel.groupSize = 0;
    offer(perChannel);
  }
  llvm::sort(choices, [](const WeightSettings &a, const WeightSettings &b) {
    return std::pair(a.bits, a.groupSize) > std::pair(b.bits, b.groupSize);
  });
  std::vector<PrecisionAttr> options;
  for (const WeightSettings &weights : choices) {
    PrecisionSettings settings = recipe.settings;
    settings.weights = weights;
    PrecisionAttr option = makePrecision(op, settings, "assigned ");
    // An op that has no groups has one option of each width.
    if (options.empty() || options.back().getWeights() != option.getWeights())
      options.push_back(option);
  }
  return options;
}

std::vector<AssignableOp> findAssignableOps(ModuleOp assigned, const Recipe &recipe,
                                            const TargetRecord &target, bool everyWidth) {
  RuleMatcher rules(recipe);
  std::vector<AssignableOp> ops;
  llvm::DenseMap<std::pair<Value, size_t>, size_t> groupOfActivation; // and number of options
  size_t groups = 0;
  assigned.lookupSymbol<func::FuncOp>("main").walk([&](onnx::QuantizableOpInterface op) {
    auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
    if (!precision || !precision.getWeights() || !op.getWeightOperand())
      return;
    auto weight = onnx::ConstantView::of(op->getOperand(*op.getWeightOperand()));
    if (!weight || !isa<FloatType>(weight->getElementType()))
      return;
    AssignableOp found;
    found.number = numberOf(op);
    found.name = onnx::getNodeName(op).str();
    found.type = op->getName().stripDialect().str();
    found.elements = weight->size();
    found.isFixed = rules.match(op) != nullptr;
    found.options = found.isFixed ? std::vector{precision} : listOptions(op, recipe, target, everyWidth);
    found.hasGroups = llvm::any_of(llvm::seq(found.options.size()),
                                   [&](size_t option) { return found.groupSizeOf(option) != 0; });
    bool isMatrix = weight->getType().getRank() == 2 && *op.getWeightOperand() == 1;
    if (isMatrix && !found.isFixed) {
      auto [known, isNew] = groupOfActivation.try_emplace({op->getOperand(0), found.options.size()}, groups);
      groups += isNew;
      found.group = known->second;
    } else {
      found.group = groups++;
    }
    ops.push_back(std::move(found));
  });
  return ops;
}

void applyAssignment(ModuleOp numbered, ArrayRef<AssignableOp> ops, ArrayRef<size_t> options) {
  llvm::DenseMap<int64_t, PrecisionAttr> chosen;
  for (auto [op, option] : llvm::zip_equal(ops, options))
    chosen[op.number] = op.options[option];
  numbered.lookupSymbol<func::FuncOp>("main").walk([&](Operation *op) {
    if (auto found = chosen.find(numberOf(op)); numberOf(op) >= 0 && found != chosen.end())
      op->setAttr(kPrecisionAttrName, found->second);
  });
}

} // namespace quern
