// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/InsertSimulation/InsertSimulation.h"

#include "dialects/Quern/IR/QuernDialect.h"
#include "passes/InsertSimulation/SimulationSlots.h"

namespace quern {

#define GEN_PASS_DEF_INSERTSIMULATION
#include "passes/InsertSimulation/InsertSimulation.h.inc"

namespace {
struct InsertSimulation : impl::InsertSimulationBase<InsertSimulation> {
  void runOnOperation() override {
    if (failed(insertSimulation(getOperation())))
      signalPassFailure();
  }
};
} // namespace

} // namespace quern
