// The constant matrix of a product as codes in groups.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Numerics/GroupQuantizer.h"

namespace quern {

/// A weight [rows, columns] whose rows are summed over, in reals.
struct GroupedWeight {
  std::vector<float> values;
  GroupLayout layout;
  GroupFormat format;
};

/// Reads the weight of a MatMul or Gemm as `quantizer` wants it, with `alpha` and a transposition of a Gemm
/// carried out. Refuses elements that are not finite, with a diagnostic.
mlir::FailureOr<GroupedWeight> readGroupedWeight(onnx::QuantizableOpInterface op, QuantizerAttr quantizer);

/// Makes the op's weight the dequantization of `codes`, and its attributes say that `alpha` and the
/// transposition are done. Codes of up to 4 bits are stored in 4, others in 8.
void replaceWeight(onnx::QuantizableOpInterface op, const GroupedWeight &weight, const GroupCodes &codes);

} // namespace quern
