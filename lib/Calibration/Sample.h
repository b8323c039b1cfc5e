// What a model is fed with.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Support/Npy.h"

#include <cstdint>
#include <string>
#include <vector>

namespace quern {

/// An input of the model: a sample must match it.
struct InputSpec {
  std::string name;
  ElementType type = ElementType::Undefined;
  std::vector<int64_t> shape; ///< -1: any size
};

/// "x: 1x640xfloat32", "?" for any size.
std::string describe(const InputSpec &spec);

/// One array for each input, in the order of the specifications, each of exactly the input's shape.
using Sample = std::vector<NpyArray>;

} // namespace quern
