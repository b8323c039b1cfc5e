// Which ops may have which precision.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Recipe/Recipe.h"
#include "lib/Targets/Target.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace quern {

/// An op that computes on codes, and the precisions that it may have: one whose weight becomes codes, or a
/// product of two activations.
struct AssignableOp {
  int64_t number = 0;     ///< of the op (passes/InsertSimulation/SimulationSlots.h)
  std::string name, type; ///< of the ONNX node
  bool hasWeight = true;
  int64_t elements = 0;   ///< of the weight
  bool hasGroups = false; ///< a precision with groups was among the options
  size_t group = 0;       ///< ops of one group take the same option
  bool isFixed = false;   ///< a rule of the recipe has decided: there is one option
  /// Those of a group agree. First come `widths` options with the activations that the op was assigned, by
  /// falling bits, in groups before per channel. They are followed by options with scales of rows, in the
  /// same order, and by a null one: the op stays float.
  std::vector<PrecisionAttr> options;
  size_t widths = 0;

  bool isFloat(size_t option) const { return !options[option]; }
  /// What the activations are in an option that `widths` does not count.
  bool hasOtherActivations(size_t option) const { return option >= widths; }
  /// There are such options.
  bool choosesActivations() const { return options.size() > widths; }
  /// The option that loses the least.
  size_t finest() const { return isFloat(options.size() - 1) ? options.size() - 1 : 0; }
  /// The option with the fewest bits, and the op's own activations.
  size_t coarsest() const { return widths - 1; }
  /// The first option with the same weights.
  size_t weightsOf(size_t option) const;
  /// The options that are the first with their weights, but for float.
  std::vector<size_t> distinctWeights() const;
  /// Neither weights nor activations lose more than in the other option.
  bool isAtLeastAsFine(size_t option, size_t other) const;

  /// Drops the options but the first, and float.
  void keepOnlyFinest();

  /// Of the weight; of activations where there is none; 32 for float.
  unsigned bitsOf(size_t option) const;
  /// Elements of a channel that share a scale; 0: all of them.
  int64_t groupSizeOf(size_t option) const;
  /// "static", "dynamic" or "float".
  llvm::StringRef activationsOf(size_t option) const;
  /// Tells the op's options apart: "4 bits", "4 bits in groups of 32", "8 bits with dynamic activations",
  /// "float".
  std::string nameOf(size_t option) const;
  std::vector<std::string> namesOfOptions() const;
};

/// Which options there are beside the recipe's number of bits with the most bits for each storage.
struct OfferedOptions {
  bool everyWidth = false; ///< every number of bits, though some cost the same
  /// Scales of rows, and float, where the recipe's activations are static; and products of two activations.
  bool activations = false;
};

/// Bits of codes for which the target has a kernel at the granularity, by falling number: codes of up to 4
/// bits in the kernels of 4-bit storage, others in those of 8.
std::vector<unsigned> bitsWithKernel(const TargetRecord &target, WeightGranularity granularity);

/// The ops of an assigned @main whose weight is a float constant, and products of two activations where
/// activations are offered and no rule has decided, in the order of the graph. What a rule of
/// the recipe decides is fixed; the others have the precisions for which the target has a kernel, otherwise
/// as the recipe's default asks; where the default has groups, per channel too. Products with constant
/// matrices that read one activation (query, key and value; gate and up) are one group where none of them is
/// fixed. The ops must be numbered.
std::vector<AssignableOp> findAssignableOps(mlir::ModuleOp assigned, const Recipe &recipe,
                                            const TargetRecord &target, OfferedOptions offered);

} // namespace quern
