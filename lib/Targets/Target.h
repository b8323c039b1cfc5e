// What a compilation target is: a record of capabilities and a lowering.
//
// Nothing outside a target's folder asks for a target's name; it asks its record for a capability.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace quern {

/// The user's choices, spelled as compilers spell them; empty means "this machine".
struct TargetOptions {
  std::string name = "cpu"; ///< one of `targetNames()`
  std::string triple;       ///< -mtriple
  std::string cpu;          ///< -mcpu or -march
  std::string features;     ///< -mattr, "+avx2,-avx512f"
  unsigned optimizationLevel = 3;
  int64_t sramBytes = 0;  ///< 0: not limited
  int64_t flashBytes = 0; ///< 0: not limited
  bool profile = false;   ///< the code shall count the time of each node
};

/// The integer dot-product instruction that contractions may rely on.
enum class DotProduct {
  None,        ///< multiply and add separately
  MultiplyAdd, ///< pairs of i16 into i32 (pmaddwd, smlad)
  AvxVnni,     ///< four u8 x s8 into i32, up to 256 bits (vpdpbusd, VEX)
  Avx512Vnni,  ///< four u8 x s8 into i32, up to 512 bits (vpdpbusd, EVEX)
  NeonDot,     ///< four s8 x s8 or u8 x u8 into i32
};

/// One combination of formats for which the target has a kernel. Formats are spelled as in `--quantize`:
/// "f32", "u8", "s8", "s4"; granularity is "tensor", "channel" or "group".
struct KernelFormat {
  std::string weights;
  std::string activations;
  std::string granularity;
  double operationsPerSecond = 0; ///< measured multiply-adds per second on one thread; 0 where not measured
};

/// What a target offers. `configure` fills it in.
struct TargetRecord {
  std::string name;
  std::string triple;
  std::string cpu;
  std::string features;    ///< as LLVM spells them, "+avx2,+fma"
  unsigned vectorBits = 0; ///< widest vector register to use; 0: scalar code only
  unsigned vectorRegisters = 0;
  DotProduct dotProduct = DotProduct::None;
  int64_t l1Bytes = 0;
  int64_t l2Bytes = 0;
  int64_t sramBytes = 0;
  int64_t flashBytes = 0;
  bool dynamicLoading = true; ///< artefacts may be shared objects that this machine's loader opens
  bool threads = true;        ///< loops may be handed to `quern_parallel`
  unsigned optimizationLevel = 3;
  std::string profileClock; ///< LLVM intrinsic by which code takes the time of each node; empty: it does not
  std::vector<KernelFormat> kernels;
};

/// A target turns structured IR (linalg on tensors, one `func.func @main`) into the LLVM dialect with the
/// entry `quern_entry`; the emission of `lib/Targets/Common/Emit.h` does the rest.
class Target {
public:
  virtual ~Target();

  const TargetRecord &record() const { return targetRecord; }
  llvm::StringRef name() const { return targetRecord.name; }

  /// Resolves the user's choices into the record, or says what would be accepted. Call before anything else.
  virtual llvm::Error configure(const TargetOptions &options) = 0;

  /// Adds the dialects and interfaces that the lowering needs beyond `registerCommonDialects`; `lowerModule`
  /// calls it.
  virtual void registerDialects(mlir::DialectRegistry &registry) const {}

  /// Appends the passes on a module that lower linalg on tensors to the LLVM dialect.
  virtual void buildLoweringPipeline(mlir::OpPassManager &pm) const = 0;

  /// True for a function outside the model that generated code may call: by default the C library's memory
  /// functions, which compilers call on their own, the functions of its mathematics whose result is exact,
  /// and those of double precision.
  virtual bool mayCall(llvm::StringRef function) const;

  /// LLVM's code generator for the record's triple, CPU and features.
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createTargetMachine() const;

protected:
  TargetRecord targetRecord;
};

/// Fills triple, CPU and features of `record` from `options`, with this machine's where they are empty, and
/// checks that LLVM knows them. Most targets start their `configure` with it.
llvm::Error resolveMachine(const TargetOptions &options, TargetRecord &record);

/// Names of all targets of this build, sorted. Each folder of lib/Targets that calls `quern_add_target` adds
/// one.
std::vector<llvm::StringRef> targetNames();

/// The configured target `options.name`.
llvm::Expected<std::unique_ptr<Target>> createTarget(const TargetOptions &options);

} // namespace quern
