// Files as users of a compiler expect them to be treated.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace quern {

/// Maps `path` for reading; small files may be read instead. The error names the path and the system's
/// reason.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> readFile(llvm::StringRef path);

/// Writes `bytes` beside `path` and renames the result onto it, so that no reader ever sees half a file. "-"
/// is standard output; a path that names a device is written to, not replaced.
llvm::Error writeFileAtomically(llvm::StringRef path, llvm::StringRef bytes);

/// True when both paths name one existing file, links followed.
bool isSameFile(llvm::StringRef a, llvm::StringRef b);

} // namespace quern
