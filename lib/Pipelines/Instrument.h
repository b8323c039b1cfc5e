// The form of a model that shows its values: what calibration runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Calibrate.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace quern {

/// A copy of the module whose @main returns what is observed, and the names of that.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> makeInstrumented(mlir::ModuleOp prepared,
                                                                   std::vector<std::string> &names);

/// Compiles that copy, runs it on each sample, and calls visit(sample, names, values): one value for each
/// name. Returns how many samples there were. `title` names the progress.
llvm::Expected<int64_t> runInstrumented(
    mlir::ModuleOp prepared, SampleReader &samples, llvm::StringRef title, const CalibrateOptions &options,
    const CompileInstrumented &compile,
    llvm::function_ref<void(const Sample &, llvm::ArrayRef<std::string>, llvm::ArrayRef<NpyArray>)> visit);

/// Runs it likewise and calls visit(name, elements) for every observed f32 tensor of each sample.
llvm::Error visitObserved(mlir::ModuleOp prepared, SampleReader &samples, llvm::StringRef title,
                          const CalibrateOptions &options, const CompileInstrumented &compile,
                          llvm::function_ref<void(const std::string &, llvm::ArrayRef<float>)> visit);

} // namespace quern
