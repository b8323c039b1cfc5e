// A function of an MLIR module, lowered as the reference backend would and callable in this process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <memory>

namespace llvm::orc {
class LLJIT;
}

namespace quern::test {

/// Lowers the text of a module whose only function is `@f`, on statically shaped tensors, and runs it. The
/// first passes yield linalg on tensors; the others are upstream's, without any optimization of the
/// arithmetic.
class CompiledFunction {
public:
  /// Null, with a diagnostic on stderr, if the text does not parse or lower. At most two inputs and one
  /// result.
  /// `passes` is the pipeline on the module that yields linalg.
  static std::unique_ptr<CompiledFunction> compile(llvm::StringRef moduleText,
                                                   llvm::StringRef passes = "quern-convert-quern-to-linalg");
  ~CompiledFunction();

  /// Calls `@f`; `inputs` are pointers to the row-major data of the operands, `output` to that of the result.
  void operator()(llvm::ArrayRef<const void *> inputs, void *output) const;

private:
  CompiledFunction(std::unique_ptr<llvm::orc::LLJIT> jit, void *entry);

  std::unique_ptr<llvm::orc::LLJIT> jit;
  void *entry;
};

} // namespace quern::test
