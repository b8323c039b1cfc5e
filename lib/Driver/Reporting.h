// What --report asks of a compilation: the forms that it passes through, and the report made of them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"
#include "lib/Driver/Quantization.h"
#include "lib/Report/Report.h"
#include "lib/Targets/Common/Emit.h"

namespace quern {

/// Why the options do not go with the reports that they ask for.
std::vector<std::string> findReportMistakes(const CompileOptions &options);

/// Keeps copies of the module between stages; constants are shared with it.
class Reporting {
public:
  /// `options` must outlive it.
  explicit Reporting(const CompileOptions &options) : options(options) {}

  /// The float model as it was prepared.
  void keepPrepared(mlir::ModuleOp module) { prepared = module.clone(); }
  /// The module before the stage quantize; its ops are numbered until the next call.
  void keepFloat(mlir::ModuleOp module);
  void keepHub(mlir::ModuleOp module);
  void keepIntegers(mlir::ModuleOp module) { integers = module.clone(); }

  /// Measures, and returns the files of --report with their contents. `object` is the artefact's code; null
  /// where the model is not compiled. Refusals are diagnostics.
  mlir::FailureOr<std::vector<std::pair<std::string, std::string>>>
  make(const Quantization &quantization, const TargetRecord &target, const ModelObject *object);

private:
  llvm::Error measure(Report &report, const Quantization &quantization);
  llvm::Error runArtefact(Report &report, ComparedModel &model, const ModelObject &object);
  llvm::Error measureSizesAndTimes(Report &report, const TargetRecord &target, const ModelObject &object);
  void describeSubject(Report &report, const Quantization &quantization, const TargetRecord &target);

  const CompileOptions &options;
  mlir::OwningOpRef<mlir::ModuleOp> prepared, floatModule, hub, integers;
  HostCompiler compiler;
  std::vector<Sample> samples;
  std::optional<ComparedModel> compared;
};

} // namespace quern
