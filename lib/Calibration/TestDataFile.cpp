// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/TestDataFile.h"

#include "lib/Frontend/ONNX/Read/Tensor.h"
#include "lib/Support/Files.h"

#include "llvm/ADT/StringExtras.h"

#include <cstring>

namespace quern {

llvm::Expected<TensorFile> readTensorFile(llvm::StringRef path) {
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> bytes = readFile(path);
  if (!bytes)
    return bytes.takeError();
  auto tensor = std::make_shared<proto::TensorProto>();
  if (llvm::Error error = parseMessage((*bytes)->getBuffer(), *tensor))
    return std::move(error);
  ExternalFiles files(path);
  std::vector<std::string> problems = findProblems(*tensor, files, Limits());
  if (!problems.empty())
    return llvm::createStringError(std::errc::invalid_argument, "%s", llvm::join(problems, "; ").c_str());
  if (tensor->data_type() == proto::TensorProto::STRING)
    return llvm::createStringError(std::errc::invalid_argument, "holds strings");
  TensorBytes elements = readTensor(*tensor, tensor, files);
  TensorFile result{tensor->data_type(), dimsOf(*tensor).vec(),
                    std::vector<std::byte>(elements.bytes.size())};
  if (!elements.bytes.empty())
    std::memcpy(result.data.data(), elements.bytes.data(), elements.bytes.size());
  return result;
}

} // namespace quern
