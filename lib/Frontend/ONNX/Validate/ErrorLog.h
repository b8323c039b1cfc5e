// All errors of one model, in the user's words.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Proto/Proto.h"

#include "mlir/IR/Location.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/Twine.h"

namespace quern {

/// The location of a node: its name, or "OpType:firstOutput" when it has none.
mlir::Location nodeLocation(mlir::MLIRContext &context, const proto::NodeProto &node);

/// Emits errors as MLIR diagnostics; past a limit they are only counted, so that a broken model of a million
/// nodes stays readable.
class ErrorLog {
public:
  ErrorLog(mlir::MLIRContext &context, llvm::StringRef path, unsigned limit);
  ~ErrorLog();
  ErrorLog(const ErrorLog &) = delete;
  ErrorLog &operator=(const ErrorLog &) = delete;

  /// An error of the model as a whole, or of one of its inputs, outputs and initializers.
  void model(const llvm::Twine &message) { at(modelLocation, message); }
  void node(const proto::NodeProto &node, const llvm::Twine &message) {
    at(nodeLocation(context, node), message);
  }
  void at(mlir::Location location, const llvm::Twine &message);

  bool hasErrors() const { return count != 0; }
  mlir::MLIRContext &getContext() { return context; }
  /// The model's file.
  mlir::Location location() const { return modelLocation; }

private:
  mlir::MLIRContext &context;
  mlir::Location modelLocation;
  unsigned limit, count = 0;
};

} // namespace quern
