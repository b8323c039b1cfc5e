// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Read/Model.h"

#include "lib/Support/Files.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/SHA256.h"

namespace quern {

llvm::Expected<ParsedModel> loadModel(llvm::StringRef path, const Limits &limits) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  llvm::StringRef bytes = (*buffer)->getBuffer();
  ParsedModel model{path.str(), std::make_shared<proto::ModelProto>(), std::make_shared<ExternalFiles>(path),
                    ""};
  if (llvm::Error error = parseMessage(bytes, *model.proto, limits))
    return std::move(error);
  model.hash = llvm::toHex(llvm::SHA256::hash(llvm::arrayRefFromStringRef(bytes)), /*LowerCase=*/true);
  return model;
}

std::string hashWithExternalData(const ParsedModel &model) {
  llvm::SHA256 hash;
  bool hasExternal = false;
  hash.update(llvm::StringRef(model.hash));
  for (const auto &tensor : model.proto->graph().initializer()) {
    if (tensor.data_location() != proto::TensorProto::EXTERNAL)
      continue;
    hasExternal = true;
    TensorBytes data = readTensor(tensor, model.proto, *model.files);
    // Gigabytes of weights: SHA-256 sees only their digest.
    llvm::ArrayRef bytes(reinterpret_cast<const uint8_t *>(data.bytes.data()), data.bytes.size());
    hash.update(llvm::BLAKE3::hash(bytes));
  }
  return hasExternal ? llvm::toHex(hash.final(), /*LowerCase=*/true) : model.hash;
}

} // namespace quern
