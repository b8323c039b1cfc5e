// NumPy arrays as the C interface sees them: no copy.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "quern/Compiler.h"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <string>
#include <vector>

namespace quern::python {

/// Named arrays that are kept alive, and their descriptions.
class Arrays {
public:
  /// Adds a contiguous array; raises TypeError for anything else. One that is to be written to must be
  /// writable.
  void add(const std::string &name, nanobind::handle array, bool isWritten);
  void clear();

  /// Valid until the next change.
  const std::vector<quern_array> &describe();

private:
  struct Held {
    std::string name;
    nanobind::ndarray<nanobind::ro> array;
    std::vector<int64_t> shape;
    int32_t elementType;
  };
  std::vector<Held> held;
  std::vector<quern_array> descriptions;
};

} // namespace quern::python
