// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/AssignableOps.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "lib/Recipe/Preset.h"
#include "passes/AssignPrecision/AssignPrecision.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/RecipeRules/RuleMatcher.h"

#include <map>

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

/// Empty `activations`: any.
static bool hasKernel(const TargetRecord &target, StringRef weights, WeightGranularity granularity,
                      StringRef activations = "") {
  return llvm::any_of(target.kernels, [&](const KernelFormat &kernel) {
    return kernel.weights == weights && kernel.granularity == spell(granularity) &&
           (activations.empty() || kernel.activations == activations);
  });
}

std::vector<unsigned> bitsWithKernel(const TargetRecord &target, WeightGranularity granularity) {
  std::vector<unsigned> bits;
  for (unsigned count = 8; count >= 2; --count) {
    // Codes below 8 bits have zero points by default.
    bool narrow =
        count <= 4 && (hasKernel(target, "s4", granularity) || hasKernel(target, "u4", granularity));
    if (narrow || hasKernel(target, "s8", granularity))
      bits.push_back(count);
  }
  return bits;
}

int64_t AssignableOp::groupSizeOf(size_t option) const {
  if (isFloat(option) || !hasWeight)
    return 0;
  GranularityAttr granularity = options[option].getWeights().getGranularity();
  return granularity.getKind() == GranularityKind::Group ? granularity.getGroupSize() : 0;
}

unsigned AssignableOp::bitsOf(size_t option) const {
  if (isFloat(option))
    return 32;
  return (hasWeight ? options[option].getWeights() : options[option].getActivations()).getFormat().getBits();
}

StringRef AssignableOp::activationsOf(size_t option) const {
  if (isFloat(option) || !options[option].getActivations())
    return "float";
  return options[option].hasDynamicRows() ? "dynamic" : "static";
}

std::string AssignableOp::nameOf(size_t option) const {
  if (isFloat(option))
    return "float";
  std::string name = std::to_string(bitsOf(option)) + " bits";
  if (groupSizeOf(option))
    name += " in groups of " + std::to_string(groupSizeOf(option));
  return hasOtherActivations(option) ? name + " with dynamic activations" : name;
}

std::vector<std::string> AssignableOp::namesOfOptions() const {
  std::vector<std::string> names(options.size());
  for (size_t option = 0; option < options.size(); ++option)
    names[option] = nameOf(option);
  return names;
}

size_t AssignableOp::weightsOf(size_t option) const {
  auto weightsAt = [&](size_t at) {
    return std::pair(isFloat(at), isFloat(at) ? QuantizerAttr() : options[at].getWeights());
  };
  size_t first = 0;
  while (weightsAt(first) != weightsAt(option))
    ++first;
  return first;
}

std::vector<size_t> AssignableOp::distinctWeights() const {
  std::vector<size_t> distinct;
  for (size_t option = 0; option < options.size(); ++option)
    if (!isFloat(option) && weightsOf(option) == option)
      distinct.push_back(option);
  return distinct;
}

void AssignableOp::keepOnlyFinest() {
  bool keepsFloat = isFloat(finest());
  options.resize(1);
  widths = 1;
  if (keepsFloat)
    options.push_back(PrecisionAttr());
}

bool AssignableOp::isAtLeastAsFine(size_t option, size_t other) const {
  if (isFloat(option) || isFloat(other))
    return isFloat(option);
  return weightsOf(option) <= weightsOf(other) && hasOtherActivations(option) >= hasOtherActivations(other);
}

/// The target's widths for the granularity; with `everyWidth` all, else the most of each storage.
static std::vector<unsigned> listWidths(const TargetRecord &target, WeightGranularity granularity,
                                        bool everyWidth) {
  std::vector<unsigned> widths = bitsWithKernel(target, granularity);
  if (!everyWidth)
    llvm::erase_if(widths, [](unsigned bits) { return bits != 8 && bits != 4; });
  return widths;
}

/// The precisions with these weights, and otherwise as `settings` say.
static std::vector<PrecisionAttr> makeOptions(onnx::QuantizableOpInterface op, PrecisionSettings settings,
                                              ArrayRef<WeightSettings> choices) {
  std::vector<PrecisionAttr> options;
  for (const WeightSettings &weights : choices) {
    settings.weights = weights;
    PrecisionAttr option = makePrecision(op, settings, "assigned ");
    // An op that has no groups has one option of each width.
    if (options.empty() || options.back().getWeights() != option.getWeights())
      options.push_back(option);
  }
  return options;
}

static std::vector<WeightSettings> listWeights(const Recipe &recipe, const TargetRecord &target,
                                               bool everyWidth) {
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
  return choices;
}

static bool offersFloat(const Recipe &recipe, const TargetRecord &target, OfferedOptions offered) {
  return offered.activations && recipe.settings.activations.mode == ActivationMode::Static &&
         hasKernel(target, "f32", WeightGranularity::Tensor, "f32");
}

static void listOptions(onnx::QuantizableOpInterface op, PrecisionAttr assigned, const Recipe &recipe,
                        const TargetRecord &target, OfferedOptions offered, AssignableOp &found) {
  std::vector<WeightSettings> choices = listWeights(recipe, target, offered.everyWidth);
  PrecisionSettings settings = recipe.settings;
  bool isStatic = settings.activations.mode == ActivationMode::Static;
  // A method may have given rows scales of their own.
  if (isStatic && assigned.hasDynamicRows())
    settings.activations.mode = ActivationMode::Dynamic;
  found.options = makeOptions(op, settings, choices);
  found.widths = found.options.size();
  if (!offered.activations || !isStatic)
    return;
  if (!assigned.hasDynamicRows() && refuseRows(op, recipe.settings).empty() &&
      hasKernel(target, "s8", WeightGranularity::Channel, "u8")) {
    settings.activations.mode = ActivationMode::Dynamic;
    llvm::append_range(found.options, makeOptions(op, settings, choices));
  }
  if (offersFloat(recipe, target, offered))
    found.options.push_back(PrecisionAttr());
}

static AssignableOp describe(onnx::QuantizableOpInterface op, PrecisionAttr assigned) {
  AssignableOp found;
  found.number = numberOf(op);
  found.name = onnx::getNodeName(op).str();
  found.type = op->getName().stripDialect().str();
  found.options = {assigned};
  found.widths = 1;
  return found;
}

/// The op with its own options; nothing where its weight is none that becomes codes.
static std::optional<AssignableOp> describeWithWeight(onnx::QuantizableOpInterface op, PrecisionAttr assigned,
                                                      const Recipe &recipe, const RecipeRule *rule,
                                                      const TargetRecord &target, OfferedOptions offered) {
  auto weight = onnx::ConstantView::of(op->getOperand(*op.getWeightOperand()));
  if (!assigned.getWeights() || !weight || !isa<FloatType>(weight->getElementType()))
    return std::nullopt;
  AssignableOp found = describe(op, assigned);
  found.elements = weight->size();
  found.isFixed = rule != nullptr;
  if (!found.isFixed)
    listOptions(op, assigned, recipe, target, offered, found);
  found.hasGroups = llvm::any_of(llvm::seq(found.options.size()),
                                 [&](size_t option) { return found.groupSizeOf(option) != 0; });
  return found;
}

static bool hasConstantSecondMatrix(onnx::QuantizableOpInterface op) {
  auto weight = dyn_cast<RankedTensorType>(op->getOperand(*op.getWeightOperand()).getType());
  return weight && weight.getRank() == 2 && *op.getWeightOperand() == 1;
}

std::vector<AssignableOp> findAssignableOps(ModuleOp assigned, const Recipe &recipe,
                                            const TargetRecord &target, OfferedOptions offered) {
  RuleMatcher rules(recipe);
  std::vector<AssignableOp> ops;
  std::map<std::pair<const void *, std::vector<std::string>>, size_t>
      groupOfActivation; // and names of options
  size_t groups = 0;
  assigned.lookupSymbol<func::FuncOp>("main").walk([&](onnx::QuantizableOpInterface op) {
    auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
    if (!precision)
      return;
    const RecipeRule *rule = rules.match(op);
    if (!op.getWeightOperand()) {
      if (rule || op.getIntegerForm() != onnx::IntegerForm::Contraction ||
          !offersFloat(recipe, target, offered))
        return;
      AssignableOp found = describe(op, precision);
      found.hasWeight = false;
      found.options.push_back(PrecisionAttr());
      found.group = groups++;
      ops.push_back(std::move(found));
      return;
    }
    std::optional<AssignableOp> found = describeWithWeight(op, precision, recipe, rule, target, offered);
    if (!found)
      return;
    if (hasConstantSecondMatrix(op) && !found->isFixed) {
      auto [known, isNew] = groupOfActivation.try_emplace(
          {op->getOperand(0).getAsOpaquePointer(), found->namesOfOptions()}, groups);
      groups += isNew;
      found->group = known->second;
    } else {
      found->group = groups++;
    }
    ops.push_back(std::move(*found));
  });
  return ops;
}

} // namespace quern
