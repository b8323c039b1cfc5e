// Models that run in this process while another one is compiled.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Calibrate.h"

#include "mlir/IR/OwningOpRef.h"

namespace quern {

/// Compiles modules for this machine and keeps the last few models: a stage that asks for what an earlier one
/// has asked for, locations aside, gets the same model. Must not outlive the modules' context.
class HostCompiler {
public:
  llvm::Expected<std::unique_ptr<InstrumentedModel>> compile(mlir::ModuleOp module);

  /// The same as a function, which must not outlive this object.
  CompileInstrumented asFunction() {
    return [this](mlir::ModuleOp module) { return compile(module); };
  }

private:
  struct Kept {
    mlir::OwningOpRef<mlir::ModuleOp> source;
    std::shared_ptr<InstrumentedModel> model;
  };
  std::vector<Kept> kept; ///< the newest last
};

} // namespace quern
