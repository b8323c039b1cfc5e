// MLIR diagnostics in the user's words.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"

namespace quern {

/// "node 'conv_3'" for the location of an imported operation, "file:line" for text and "file" for what has no
/// line, empty if unknown. Fused
/// locations give the name of their first named part.
std::string describeLocation(mlir::Location location);

/// Emits an error that knows its own place (a file, a flag) as diagnostics, one for each line of its text: a
/// list of reasons is told as one error a line, each followed by `remark`. Success if there is none.
mlir::LogicalResult report(mlir::MLIRContext &context, llvm::Error error, llvm::StringRef remark = "");

/// While it lives, tells every diagnostic of a context as "node 'conv_3': reason", each text once: one fault
/// may be met by several passes. Names come from the model: what a terminal could not show is escaped.
class UserDiagnostics {
public:
  UserDiagnostics(mlir::MLIRContext &context, const Messages &messages);

  unsigned errorCount() const { return errors; }

private:
  void tell(const mlir::Diagnostic &diagnostic);

  const Messages &messages;
  llvm::StringSet<> told;
  unsigned errors = 0;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace quern
