// Files as users of a compiler expect them to be treated.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>
#include <vector>

namespace quern {

/// Maps `path` for reading; small files may be read instead. The error names the path and the system's
/// reason.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> readFile(llvm::StringRef path);

/// Files that are written together or not at all: each beside its path, then all are renamed. "-" is standard
/// output; a path that names a device is written to, not replaced.
class FileSet {
public:
  void add(std::string path, std::string bytes) { files.emplace_back(std::move(path), std::move(bytes)); }

  /// Writes what was added, in its order. After an error nothing has been replaced, unless a rename failed
  /// that came after another one, and there are no files beside.
  llvm::Error commit();

private:
  std::vector<std::pair<std::string, std::string>> files;
};

/// Writes `bytes` beside `path` and renames the result onto it, so that no reader ever sees half a file. "-"
/// is standard output; a path that names a device is written to, not replaced.
llvm::Error writeFileAtomically(llvm::StringRef path, llvm::StringRef bytes);

/// True when both paths name one existing file, links followed.
bool isSameFile(llvm::StringRef a, llvm::StringRef b);

} // namespace quern
