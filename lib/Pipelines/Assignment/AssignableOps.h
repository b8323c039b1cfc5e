// Which ops' weights may have which precision.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Recipe/Recipe.h"
#include "lib/Targets/Target.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace quern {

/// An op whose weight becomes codes, and the precisions that it may have.
struct AssignableOp {
  int64_t number = 0;     ///< of the op (passes/InsertSimulation/SimulationSlots.h)
  std::string name, type; ///< of the ONNX node
  int64_t elements = 0;   ///< of the weight
  bool hasGroups = false; ///< a precision with groups was among the options
  size_t group = 0;       ///< ops of one group take the same option
  bool isFixed = false;   ///< a rule of the recipe has decided: there is one option
  std::vector<PrecisionAttr>
      options; ///< by falling bits, in groups before per channel; those of a group agree

  unsigned bitsOf(size_t option) const { return options[option].getWeights().getFormat().getBits(); }
  /// Elements of a channel that share a scale; 0: all of them.
  int64_t groupSizeOf(size_t option) const;
  /// Tells the op's options apart: "4 bits", "4 bits in groups of 32".
  std::string nameOf(size_t option) const;
};

/// Bits of codes for which the target has a kernel at the granularity, by falling number: codes of up to 4
/// bits in the kernels of 4-bit storage, others in those of 8.
std::vector<unsigned> bitsWithKernel(const TargetRecord &target, WeightGranularity granularity);

/// The ops of an assigned @main whose weight is a float constant, in the order of the graph. What a rule of
/// the recipe decides is fixed; the others have the numbers of bits for which the target has a kernel,
/// otherwise as the recipe's default asks: all of them with `everyWidth`, else the most of each storage,
/// since fewer cost the same; where the default has groups, per channel too. Products with constant matrices
/// that read one activation (query, key and value; gate and up) are one group where none of them is fixed.
/// The ops must be numbered.
std::vector<AssignableOp> findAssignableOps(mlir::ModuleOp assigned, const Recipe &recipe,
                                            const TargetRecord &target, bool everyWidth);

/// Gives each op its option.
void applyAssignment(mlir::ModuleOp numbered, llvm::ArrayRef<AssignableOp> ops,
                     llvm::ArrayRef<size_t> options);

} // namespace quern
