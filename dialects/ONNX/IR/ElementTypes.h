// The numbers by which ONNX names element types (TensorProto.DataType), and ours.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "mlir/IR/Types.h"

namespace quern::onnx {

/// The element type with this number; null if the number names none.
mlir::Type elementTypeFromNumber(int64_t number, mlir::MLIRContext *context);

/// The number of an element type; 0 (UNDEFINED) if ONNX does not have the type.
int64_t numberFromElementType(mlir::Type type);

} // namespace quern::onnx
