// Collects what MLIR reports while a test runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

namespace quern::test {

/// Messages with their locations, a line each.
class Diagnostics {
public:
  explicit Diagnostics(mlir::MLIRContext &context)
      : handler(&context, [this](mlir::Diagnostic &diagnostic) {
          llvm::raw_string_ostream(text) << diagnostic.getLocation() << ": " << diagnostic << "\n";
          ++count;
          return mlir::success();
        }) {}

  std::string text;
  unsigned count = 0;

private:
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace quern::test
