// Tensors of an ONNX file: what is wrong with them, and their bytes without a copy where there is none to
// make.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Proto/Proto.h"
#include "lib/Frontend/ONNX/Read/ElementType.h"
#include "lib/Frontend/ONNX/Read/ExternalData.h"

#include "llvm/ADT/SmallVector.h"

#include <optional>
#include <string>
#include <vector>

namespace quern {

/// The product of `dims`; nullopt when one is negative or the product leaves 63 bits.
std::optional<uint64_t> countElements(llvm::ArrayRef<int64_t> dims);
llvm::ArrayRef<int64_t> dimsOf(const proto::TensorProto &tensor);

/// Everything that is wrong with `tensor`, each a sentence. Reading it is safe only when there is nothing.
std::vector<std::string> findProblems(const proto::TensorProto &tensor, ExternalFiles &files,
                                      const Limits &limits);
std::vector<std::string> findProblems(const proto::SparseTensorProto &tensor, ExternalFiles &files,
                                      const Limits &limits);

/// The elements of a tensor in row-major order, little-endian, each in a whole number of bytes: an int4 takes
/// one byte, sign-extended.
struct TensorBytes {
  llvm::ArrayRef<char> bytes;
  /// Keeps `bytes` alive.
  std::shared_ptr<const void> owner;
};

/// Reads a tensor that has no problems and is no string tensor. `owner` keeps `tensor` alive. Bytes are
/// copied only where the file holds them in another width, packed, or badly aligned.
TensorBytes readTensor(const proto::TensorProto &tensor, std::shared_ptr<const void> owner,
                       ExternalFiles &files);
/// The dense form of a sparse tensor that has no problems.
TensorBytes readSparseTensor(const proto::SparseTensorProto &tensor, std::shared_ptr<const void> owner,
                             ExternalFiles &files);

/// The elements of a small integer tensor that has no problems (int32 or int64), widened; nullopt for other
/// types.
std::optional<std::vector<int64_t>> readIntegers(const proto::TensorProto &tensor, ExternalFiles &files);
/// The elements of a floating-point tensor that has no problems (float, double, float16, bfloat16,
/// float8e8m0).
std::optional<std::vector<double>> readFloats(const proto::TensorProto &tensor, ExternalFiles &files);

} // namespace quern
