// Links with LLD in this process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Artefact.h"
#include "lib/Support/Files.h"
#include "lib/Targets/Common/Emit.h"

#include "lld/Common/Driver.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"

#include <mutex>

LLD_HAS_DRIVER(elf)

namespace quern {

static llvm::Expected<std::string> makeTemporary(llvm::StringRef folder, llvm::StringRef extension) {
  llvm::SmallString<128> model(folder), path;
  llvm::sys::path::append(model, "quern-%%%%%%%%." + extension);
  int file = -1;
  if (std::error_code code = llvm::sys::fs::createUniqueFile(model, file, path))
    return llvm::createStringError(code, "cannot write in '" + folder + "': " + code.message());
  llvm::sys::fs::file_t handle = llvm::sys::fs::convertFDToNativeFile(file);
  if (std::error_code code = llvm::sys::fs::closeFile(handle))
    return llvm::errorCodeToError(code);
  return path.str().str();
}

static llvm::Error runLinker(const std::string &input, const std::string &output) {
  static std::mutex oneAtATime; // LLD keeps its state in globals
  std::lock_guard lock(oneAtATime);
  // Undefined memory functions are found in the C library of the process that loads the artefact.
  const char *arguments[] = {"ld.lld",
                             "-shared",
                             "-z",
                             "noexecstack",
                             "-z",
                             "relro",
                             "-z",
                             "now",
                             "-o",
                             output.c_str(),
                             "--build-id=sha1",
                             "--hash-style=gnu",
                             "--threads=1",
                             input.c_str()};
  std::string messages;
  llvm::raw_string_ostream stream(messages);
  lld::Result result = lld::lldMain(arguments, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    return llvm::createStringError("linking failed: " + llvm::StringRef(messages).trim());
  return llvm::Error::success();
}

llvm::Expected<std::string> linkSharedObject(const ModelObject &object, llvm::StringRef folder) {
  llvm::StringRef place = folder.empty() ? "." : folder;
  auto input = makeTemporary(place, "o");
  if (!input)
    return input.takeError();
  llvm::FileRemover removeInput(*input);
  auto output = makeTemporary(place, "so");
  if (!output)
    return output.takeError();
  llvm::FileRemover removeOutput(*output);

  if (llvm::Error error = writeFileAtomically(*input, object.bytes))
    return std::move(error);
  if (llvm::Error error = runLinker(*input, *output))
    return std::move(error);
  auto linked = readFile(*output);
  if (!linked)
    return linked.takeError();
  std::string bytes = (*linked)->getBuffer().str();
  if (!sealArtefact(bytes))
    return llvm::createStringError("linking lost the section " + llvm::StringRef(kChecksumSection));
  return bytes;
}

} // namespace quern
