// Quantized types from ONNX's scale and zero point operands.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Value.h"

namespace quern {

/// The operands and attributes that quantize one tensor. `zeroPoint` may be of type none; `axis` counts from
/// the end if negative; a `blockSize` of 0 means one scale per tensor or per index along the axis.
struct QuantizationParameters {
  mlir::Operation *op;
  mlir::Value scale, zeroPoint;
  mlir::RankedTensorType tensor; ///< shape of the quantized tensor
  mlir::IntegerType storage;
  int64_t axis = 1, blockSize = 0;
};

/// The quantized element type; null where upstream's types cannot express it. Fails with a diagnostic where a
/// scale is not a finite, positive and normal number.
mlir::FailureOr<mlir::quant::QuantizedType> findQuantizedType(const QuantizationParameters &parameters);

} // namespace quern
