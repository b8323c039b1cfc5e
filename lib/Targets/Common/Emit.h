// From the LLVM dialect to an object file, a shared object, and the header for static linking.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/Common/Signature.h"
#include "lib/Targets/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

#include <map>
#include <string>

namespace quern {

/// What the description and the manifest say about a model beyond what its code tells.
struct ModelInfo {
  std::string name = "model";
  Signature signature;
  std::string precision = "float32";         ///< "W8A8", "float32", "mixed"
  std::map<std::string, std::string> hashes; ///< "model", "calibration", ...
  llvm::json::Object extra;                  ///< further members of the manifest
};

/// A model as relocatable machine code.
struct ModelObject {
  std::string bytes;
  std::string manifest;
  std::string getter; ///< the exported function
  int64_t workspaceBytes = 0;
  int64_t weightBytes = 0;
};

/// Where an object's one exported function is named after the model, so that several models fit one program.
enum class GetterName { Common, PerModel };

/// Lowers structured IR with the target's pipeline. Errors are diagnostics.
mlir::LogicalResult lowerModule(mlir::ModuleOp module, const Target &target);

/// Bytes of the constants of a lowered module: those that its manifest will state.
int64_t countWeightBytes(mlir::ModuleOp lowered);

/// Translates a lowered module to LLVM IR, optimizes it, adds the description, and generates code. The same
/// module gives the same bytes. Refuses code that needs a library other than the C library's memory
/// functions.
llvm::Expected<ModelObject> emitObject(mlir::ModuleOp lowered, const Target &target, const ModelInfo &info,
                                       GetterName getterName = GetterName::Common);

/// Links an object into a shared object and returns its bytes. Temporary files lie in `folder`.
llvm::Expected<std::string> linkSharedObject(const ModelObject &object, llvm::StringRef folder);

/// The C header that declares the getter of an object.
std::string formatHeader(const ModelObject &object, const ModelInfo &info);

/// `name` as part of a C identifier.
std::string toIdentifier(llvm::StringRef name);

} // namespace quern
