// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/Files.h"

#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

namespace quern {

static llvm::Error fileError(llvm::StringRef verb, llvm::StringRef path, std::error_code code) {
  return llvm::createStringError(code, "cannot " + verb + " '" + path + "': " + code.message());
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> readFile(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fileError("read", path, buffer.getError());
  return std::move(*buffer);
}

static llvm::Error writeThrough(llvm::StringRef path, llvm::StringRef bytes) {
  std::error_code code;
  llvm::raw_fd_ostream stream(path, code);
  if (code)
    return fileError("write", path, code);
  stream << bytes;
  stream.flush();
  if (stream.has_error()) {
    code = stream.error();
    stream.clear_error();
    return fileError("write", path, code);
  }
  return llvm::Error::success();
}

/// A file beside `path` with these bytes.
static llvm::Expected<llvm::sys::fs::TempFile> writeBeside(llvm::StringRef path, llvm::StringRef bytes) {
  auto temporary = llvm::sys::fs::TempFile::create(path + ".%%%%%%.tmp",
                                                   llvm::sys::fs::all_read | llvm::sys::fs::all_write);
  if (!temporary)
    return fileError("write", path, llvm::errorToErrorCode(temporary.takeError()));
  std::error_code code;
  {
    llvm::raw_fd_ostream stream(temporary->FD, /*shouldClose=*/false);
    stream << bytes;
    stream.flush();
    code = stream.error();
    stream.clear_error();
  }
  if (code) {
    llvm::consumeError(temporary->discard());
    return fileError("write", path, code);
  }
  return temporary;
}

static bool isReplaceable(llvm::StringRef path) {
  llvm::sys::fs::file_status status;
  return path != "-" &&
         (llvm::sys::fs::status(path, status) || status.type() == llvm::sys::fs::file_type::regular_file);
}

llvm::Error FileSet::commit() {
  std::vector<std::pair<llvm::StringRef, llvm::sys::fs::TempFile>> written;
  llvm::Error error = llvm::Error::success();
  for (const auto &[path, bytes] : files) {
    if (error || !isReplaceable(path))
      continue;
    auto temporary = writeBeside(path, bytes);
    if (temporary)
      written.emplace_back(path, std::move(*temporary));
    else
      error = llvm::joinErrors(std::move(error), temporary.takeError());
  }
  for (const auto &[path, bytes] : files)
    if (!error && !isReplaceable(path))
      error = llvm::joinErrors(std::move(error), writeThrough(path, bytes));
  for (auto &[path, temporary] : written) {
    if (error)
      llvm::consumeError(temporary.discard());
    else if (llvm::Error renaming = temporary.keep(path))
      error = llvm::joinErrors(std::move(error),
                               fileError("write", path, llvm::errorToErrorCode(std::move(renaming))));
  }
  return error;
}

llvm::Error writeFileAtomically(llvm::StringRef path, llvm::StringRef bytes) {
  FileSet files;
  files.add(path.str(), bytes.str());
  return files.commit();
}

bool isSameFile(llvm::StringRef a, llvm::StringRef b) {
  bool same = false;
  return !llvm::sys::fs::equivalent(a, b, same) && same;
}

} // namespace quern
