// Files beside a model that hold its weights.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace quern {

/// Maps files inside one folder, each once. A location that leads out of the folder, through links too, is
/// refused.
class ExternalFiles {
public:
  /// `modelPath` names the model; its folder is the one that data must lie in.
  explicit ExternalFiles(llvm::StringRef modelPath);

  /// Bytes that live as long as `owner`.
  struct Range {
    llvm::ArrayRef<char> bytes;
    std::shared_ptr<const void> owner;
  };
  /// The `length` bytes from `offset` of the file at `location` (relative to the model's folder).
  llvm::Expected<Range> map(llvm::StringRef location, uint64_t offset, uint64_t length);

private:
  llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>> open(llvm::StringRef location);

  std::string folder;
  llvm::StringMap<std::shared_ptr<llvm::MemoryBuffer>> files;
};

} // namespace quern
