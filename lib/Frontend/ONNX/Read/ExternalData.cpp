// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Read/ExternalData.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace quern {

namespace path = llvm::sys::path;

static llvm::Error refuse(const llvm::Twine &reason) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), reason);
}

ExternalFiles::ExternalFiles(llvm::StringRef modelPath) : folder(path::parent_path(modelPath)) {
  if (folder.empty())
    folder = ".";
}

/// True when the real path `file` lies in the real path `folder`.
static bool isInside(llvm::StringRef file, llvm::StringRef folder) {
  return file.consume_front(folder) && (folder.ends_with("/") || file.starts_with("/"));
}

llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>> ExternalFiles::open(llvm::StringRef location) {
  if (location.empty())
    return refuse("the external data has no location");
  if (location.contains('\0') || path::is_absolute(location))
    return refuse("the location '" + location +
                  "' of the external data is not relative to the model's folder");
  llvm::SmallString<128> wanted(folder), root, file;
  path::append(wanted, location);
  if (std::error_code code = llvm::sys::fs::real_path(folder, root))
    return refuse("the model's folder '" + folder + "': " + code.message());
  if (std::error_code code = llvm::sys::fs::real_path(wanted, file))
    return refuse("cannot read the external data '" + location + "': " + code.message());
  if (!isInside(file, root))
    return refuse("the external data '" + location + "' lies outside the model's folder");
  if (!llvm::sys::fs::is_regular_file(file))
    return refuse("the external data '" + location + "' is no regular file");

  std::shared_ptr<llvm::MemoryBuffer> &buffer = files[file];
  if (!buffer) {
    auto opened = llvm::MemoryBuffer::getFile(file, /*IsText=*/false, /*RequiresNullTerminator=*/false);
    if (!opened)
      return refuse("cannot read the external data '" + location + "': " + opened.getError().message());
    buffer = std::move(*opened);
  }
  return buffer;
}

llvm::Expected<ExternalFiles::Range> ExternalFiles::map(llvm::StringRef location, uint64_t offset,
                                                        uint64_t length) {
  auto file = open(location);
  if (!file)
    return file.takeError();
  uint64_t size = (*file)->getBufferSize();
  if (offset > size || length > size - offset)
    return refuse("the external data '" + location + "' holds " + llvm::Twine(size) + " bytes; " +
                  llvm::Twine(length) + " from offset " + llvm::Twine(offset) + " lie beyond its end");
  return Range{llvm::ArrayRef((*file)->getBufferStart() + offset, length), *file};
}

} // namespace quern
