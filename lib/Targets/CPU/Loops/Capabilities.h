// What the code generator may assume of the processor.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/Operation.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace quern::cpu {

/// Facts about a processor, read from LLVM's description of it, never from its name.
struct Capabilities {
  unsigned vectorBits = 128;
  unsigned vectorRegisters = 16;
  bool fusedMultiplyAdd = false;
  bool dotQuads = false;          ///< vpdpbusd at every width up to `vectorBits`
  bool dotPairs = false;          ///< pmaddwd at every width up to `vectorBits`
  bool broadcastOperands = false; ///< arithmetic may take a broadcast memory operand (AVX-512)
  int64_t l1Bytes = 32 << 10;
  int64_t l2Bytes = 512 << 10;

  /// 32-bit lanes in the widest vector.
  unsigned lanes() const { return vectorBits / 32; }

  /// Reads LLVM's tables for `triple`, `cpu` and `features`. An empty triple or CPU is this machine's.
  static llvm::Expected<Capabilities> get(llvm::StringRef triple, llvm::StringRef cpu,
                                          llvm::StringRef features);
};

/// The same for a pass on `op`: an error is a diagnostic.
mlir::FailureOr<Capabilities> requireCapabilities(mlir::Operation *op, llvm::StringRef triple,
                                                  llvm::StringRef cpu, llvm::StringRef features);

} // namespace quern::cpu
