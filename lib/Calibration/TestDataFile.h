// A tensor in a file of its own, as ONNX's test data sets hold them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace quern {

/// The elements of a TensorProto in row-major order.
struct TensorFile {
  int32_t elementType; ///< the number of TensorProto.DataType
  std::vector<int64_t> shape;
  std::vector<std::byte> data;
};

/// Reads a serialized TensorProto. The error does not name the file.
llvm::Expected<TensorFile> readTensorFile(llvm::StringRef path);

} // namespace quern
