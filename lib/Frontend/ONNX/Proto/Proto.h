// ONNX's protobuf messages, and parsing them within limits.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Limits.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "onnx/onnx-ml.pb.h"
#pragma clang diagnostic pop

namespace quern {

/// The generated message classes: `proto::ModelProto`. Inside Quern `onnx` is the dialect, so this is their
/// name.
namespace proto = ::onnx;

/// Parses `bytes` into `message` (a ModelProto, a TensorProto...). The error says what is wrong with the
/// bytes, not which file they came from.
llvm::Error parseMessage(llvm::StringRef bytes, google::protobuf::MessageLite &message,
                         const Limits &limits = {});

} // namespace quern
