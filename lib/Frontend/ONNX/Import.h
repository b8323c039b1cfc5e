// From an ONNX file to the `onnx` dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Limits.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <string>

namespace quern {

struct ImportOptions {
  /// Sizes for symbolic dimensions, by name.
  std::map<std::string, int64_t> dimensions;
  Limits limits;
};

/// Reads the model at `path` ("-" is standard input), checks it, upgrades it to the newest opset and yields a
/// module with one function `@main`.
///
/// Constants point into the file's memory. Every error of the model is emitted as a diagnostic whose location
/// is the node's name.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
importModel(llvm::StringRef path, mlir::MLIRContext &context, const ImportOptions &options = {});

} // namespace quern
