// What a user asks of quantization, as data: the one form that flags, presets and recipe files become, that
// the stages read, and that an artefact carries.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/LengthProfile.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quern {

/// Which elements of a weight share one scale.
enum class WeightGranularity { Tensor, Channel, Group };

/// Where scales of activations come from: calibration data, each row at run time, or there are none.
enum class ActivationMode { Static, Dynamic, Float };

struct WeightSettings {
  unsigned bits = 8; ///< of a code, 2 to 8
  WeightGranularity granularity = WeightGranularity::Channel;
  int64_t groupSize = 0; ///< consecutive elements along the reduced dimension; 0 unless in groups
  bool symmetric = true; ///< zero has the middle code

  bool operator==(const WeightSettings &) const = default;
};

struct ActivationSettings {
  ActivationMode mode = ActivationMode::Static;
  unsigned bits = 8; ///< of a code; 16 where activations stay float
  bool isSigned = false;
  bool symmetric = false;

  bool operator==(const ActivationSettings &) const = default;
};

/// What one operator is asked to become.
struct PrecisionSettings {
  WeightSettings weights;
  ActivationSettings activations;
  std::vector<std::string> methods = {"auto"}; ///< for accuracy, in order; empty: plain rounding

  bool isWeightOnly() const { return activations.mode == ActivationMode::Float; }
  bool isDynamic() const { return activations.mode == ActivationMode::Dynamic; }
  /// "W4A16", "W8A8", "W8A8 dynamic".
  std::string name() const;
};

/// Of nodes with weights: no other comes before, or after, on any way through the model.
enum class LayerPosition { First, Last };

/// As recipes spell them, in their order.
inline constexpr const char *layerPositionNames[] = {"first", "last"};

/// Settings for the nodes that it matches.
struct RecipeRule {
  std::string name;                   ///< regular expression, found anywhere in a node's name; empty: any
  std::vector<std::string> operators; ///< ONNX operator types; empty: any
  std::vector<LayerPosition> layers;  ///< one of these positions; empty: any
  bool isFloat = false;               ///< the nodes stay float, and `settings` say nothing
  PrecisionSettings settings;
  unsigned line = 0; ///< in the file; 0 where a flag made the rule

  /// "name 'conv', op Relu or Add", as messages quote it.
  std::string description() const;
};

struct CalibrationSettings {
  std::string observer = "norm";  ///< how ranges are chosen (lib/Numerics/Observer.h)
  std::optional<int64_t> samples; ///< no more than the first so many
  LengthProfile length;           ///< samples are cut to these lengths, if they are given
};

/// The settings of every node: those of the first rule that matches it, else `settings`.
struct Recipe {
  PrecisionSettings settings;
  CalibrationSettings calibration;
  std::vector<RecipeRule> rules;
  std::string file; ///< for messages; empty where flags made the recipe

  /// Some node may have such settings: the default ones, or those of a rule.
  template <typename Predicate> bool anySettings(Predicate predicate) const {
    if (predicate(settings))
      return true;
    for (const RecipeRule &rule : rules)
      if (!rule.isFloat && predicate(rule.settings))
        return true;
    return false;
  }

  /// Ranges from data decide scales somewhere.
  bool needsRanges() const;
  /// "W8A8", or "mixed" where rules ask for several.
  std::string name() const;
};

/// Why no operator can be computed so, with what can; empty if one can.
std::string findSchemeProblem(const PrecisionSettings &settings);

} // namespace quern
