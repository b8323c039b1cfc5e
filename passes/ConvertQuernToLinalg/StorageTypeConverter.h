// How codes are stored in the structure form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Transforms/DialectConversion.h"

namespace quern {

/// Tensors of quantized types and of unsigned integers become tensors of signless integers of the same width;
/// the operations on them say how they read the bits. Other types stay.
class StorageTypeConverter : public mlir::TypeConverter {
public:
  StorageTypeConverter();
};

} // namespace quern
