// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Output.h"

#include "lib/Support/Files.h"

#include "llvm/Support/Path.h"

namespace quern {

llvm::Error writeOutput(const CompileOptions &options, llvm::StringRef path, llvm::StringRef bytes) {
  if (options.progress && !options.progress->onStage("write"))
    return makeInterrupted();
  if (!options.bytes)
    return writeFileAtomically(path, bytes);
  *options.bytes = bytes.str();
  return llvm::Error::success();
}

std::string folderForTemporaries(const CompileOptions &options) {
  llvm::SmallString<128> folder;
  if (options.bytes)
    llvm::sys::path::system_temp_directory(/*ErasedOnReboot=*/true, folder);
  else
    folder = llvm::sys::path::parent_path(options.output);
  return folder.empty() ? "." : folder.str().str();
}

} // namespace quern
