// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Read/Model.h"

#include "lib/Support/Files.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

namespace quern {

llvm::Expected<LoadedModel> loadModel(llvm::StringRef path, const Limits &limits) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  llvm::StringRef bytes = (*buffer)->getBuffer();
  LoadedModel model{path.str(), std::make_shared<proto::ModelProto>(), std::make_shared<ExternalFiles>(path),
                    ""};
  if (llvm::Error error = parseMessage(bytes, *model.proto, limits))
    return std::move(error);
  model.hash = llvm::toHex(llvm::SHA256::hash(llvm::arrayRefFromStringRef(bytes)), /*LowerCase=*/true);
  return model;
}

} // namespace quern
