// Reads ONNX TensorProto messages, as the test data of ONNX models are stored.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Support/Npy.h"

namespace quern {

struct NamedTensor {
  std::string name; ///< may be empty
  NpyArray array;   ///< its type may be one that NumPy lacks, with ONNX's number
};

/// Parses one serialized TensorProto of numbers whose data is in the message. Without a result, `error` says
/// why.
std::optional<NamedTensor> parseTensorProto(std::string_view bytes, std::string &error);

} // namespace quern
