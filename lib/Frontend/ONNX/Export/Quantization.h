// Parameters of quantized types as QuantizeLinear and DequantizeLinear take them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Proto/Proto.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <optional>

namespace quern {

struct LinearParameters {
  proto::TensorProto scale;
  /// Absent for 32-bit codes, whose zero point ONNX fixes at zero.
  std::optional<proto::TensorProto> zeroPoint;
  std::optional<int64_t> axis;
  /// Elements of `axis` that share a scale; 0 if all or one do.
  int64_t blockSize = 0;
};

/// Fails for types that ONNX cannot state: 32-bit codes with a zero point, blocks in a tensor of unknown
/// shape.
mlir::FailureOr<LinearParameters> linearParameters(mlir::quant::QuantizedType type,
                                                   mlir::RankedTensorType tensor);

/// The real values between which `type` rounds, when it has fewer codes than its ONNX type and one scale.
std::optional<std::pair<float, float>> narrowRange(mlir::quant::QuantizedType type);

} // namespace quern
