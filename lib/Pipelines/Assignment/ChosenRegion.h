// Which ops compute on codes once some have been chosen to stay float, or to have scales of rows.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/AssignableOps.h"
#include "passes/InsertSimulation/SimulationSlots.h"

#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/DenseSet.h"

namespace quern {

/// Tells without compiling anything what applyAssignment would make of the ops between.
class ChosenRegion {
public:
  /// Keeps a copy of the numbered module. `ops` outlive the region.
  ChosenRegion(mlir::ModuleOp assigned, llvm::ArrayRef<AssignableOp> ops);

  /// The options of each op, from now on.
  void choose(llvm::ArrayRef<size_t> options);
  /// The slot's value is rounded to static codes.
  bool isCoded(const SimulationSlot &slot) const;

private:
  mlir::OwningOpRef<mlir::ModuleOp> module;
  llvm::ArrayRef<AssignableOp> ops;
  std::vector<size_t> chosen;
  bool choosesActivations = false;
  llvm::DenseSet<int64_t> integerOps, rowOps; ///< by number
};

} // namespace quern
