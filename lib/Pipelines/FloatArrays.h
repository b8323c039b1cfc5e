// The elements of f32 arrays that models are given and return.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Support/Npy.h"

#include "llvm/ADT/ArrayRef.h"

namespace quern {

/// The elements of an f32 array.
inline llvm::ArrayRef<float> floatsOf(const NpyArray &array) {
  return {reinterpret_cast<const float *>(array.data.data()), array.data.size() / sizeof(float)};
}
inline llvm::MutableArrayRef<float> floatsOf(NpyArray &array) {
  return {reinterpret_cast<float *>(array.data.data()), array.data.size() / sizeof(float)};
}

/// An f32 array of zeros.
inline NpyArray makeFloats(llvm::ArrayRef<int64_t> shape) {
  NpyArray array{ElementType::Float32, {shape.begin(), shape.end()}, {}};
  array.data.resize(array.elementCount() * sizeof(float));
  return array;
}

} // namespace quern
