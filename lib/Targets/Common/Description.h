// The constant data by which a compiled model describes itself: `quern_model` and the manifest.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/Common/Emit.h"

namespace llvm {
class Module;
} // namespace llvm

namespace quern {

/// This compiler and the one below it, as manifests state them.
inline constexpr llvm::StringLiteral kCompilerName("quern 0.1.0, LLVM " LLVM_VERSION_STRING);

/// What the code of a model tells about it.
struct CodeFacts {
  int64_t workspaceBytes = 0;
  int64_t weightBytes = 0;
  std::vector<std::string> cpuFeatures;
  std::vector<std::string> errors;
  std::optional<std::vector<std::string>> profiledNodes; ///< of a model that counts the time of its nodes
  int64_t countersOffset = 0;                            ///< into the workspace; one i64 for each of them
};

/// The manifest: JSON with sorted keys, so that equal models have equal manifests.
std::string formatManifest(const Target &target, const ModelInfo &info, const CodeFacts &facts);

/// Adds the description and the function `getter` that returns it to a module that defines `quern_entry`, and
/// hides all other symbols.
void addDescription(llvm::Module &module, const ModelInfo &info, llvm::StringRef manifest,
                    llvm::StringRef getter, const CodeFacts &facts);

} // namespace quern
