// Attributes of an op by name, with the schema's defaults, for code that serves several ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "dialects/ONNX/IR/OpSchemas.h"

#include "mlir/IR/Operation.h"

#include <optional>

namespace quern::onnx {

/// The schema's default as an attribute; null if it has none.
mlir::Attribute defaultAttribute(const AttributeSchema &schema, mlir::MLIRContext *context);

/// The attribute that the op has, else the schema's default, else null.
mlir::Attribute getAttribute(mlir::Operation *op, llvm::StringRef name);

/// As above, for each kind; absent if there is neither attribute nor default.
std::optional<int64_t> getInteger(mlir::Operation *op, llvm::StringRef name);
std::optional<llvm::ArrayRef<int64_t>> getIntegers(mlir::Operation *op, llvm::StringRef name);
std::optional<float> getFloat(mlir::Operation *op, llvm::StringRef name);
llvm::StringRef getString(mlir::Operation *op, llvm::StringRef name);

} // namespace quern::onnx
