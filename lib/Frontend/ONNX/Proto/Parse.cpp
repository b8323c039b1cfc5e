// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Proto/Proto.h"

#include "llvm/ADT/Twine.h"

#include <google/protobuf/io/coded_stream.h>

namespace quern {

static llvm::Error refuse(const llvm::Twine &reason) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), reason);
}

llvm::Error parseMessage(llvm::StringRef bytes, google::protobuf::MessageLite &message,
                         const Limits &limits) {
  if (bytes.empty())
    return refuse("the file is empty");
  if (bytes.size() > limits.fileBytes)
    return refuse("the file holds " + llvm::Twine(bytes.size()) + " bytes, more than the limit of " +
                  llvm::Twine(limits.fileBytes) + "; keep the weights in external data");
  google::protobuf::io::CodedInputStream stream(bytes.bytes_begin(), static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(limits.messageDepth);
  if (!message.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    return refuse(
        "the bytes are no valid ONNX protocol buffer: truncated, of another format, or nested deeper than " +
        llvm::Twine(limits.messageDepth) + " messages");
  return llvm::Error::success();
}

} // namespace quern
