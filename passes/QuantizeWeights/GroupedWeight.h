// The constant matrix of a product as codes in groups.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Numerics/GroupQuantizer.h"

namespace quern {

/// A weight [rows, columns] whose rows are summed over, in reals; that of a convolution has a column for each
/// output channel.
struct GroupedWeight {
  std::vector<float> values;
  GroupLayout layout;
  GroupFormat format;
};

/// Reads the weight of a MatMul, Gemm or Conv as `quantizer` wants it, with `alpha` and a transposition of a
/// Gemm carried out. Refuses elements that are not finite, with a diagnostic.
mlir::FailureOr<GroupedWeight> readGroupedWeight(onnx::QuantizableOpInterface op, QuantizerAttr quantizer);

/// True where the op's weight has more than one group, of the size that `quantizer` says, in a channel.
bool isGrouped(onnx::QuantizableOpInterface op, QuantizerAttr quantizer);

/// Bits of the integer type that stores codes: 4 for codes of up to 4 bits, else 8.
inline unsigned storageBitsOf(GroupFormat format) { return format.bits <= 4 ? 4 : 8; }

/// Makes the op's weight the dequantization of `codes`, and its attributes say that `alpha`, the
/// transposition and, where C is constant, `beta` are done. Codes of up to 4 bits are stored in 4, others
/// in 8.
void replaceWeight(onnx::QuantizableOpInterface op, const GroupedWeight &weight, const GroupCodes &codes);

/// Adds `difference` [rows, columns] to the op's weight, a constant that readGroupedWeight reads.
void addToWeight(onnx::QuantizableOpInterface op, llvm::ArrayRef<double> difference);

/// Adds one number for each channel to a constant bias (findConstantBias), as the product adds it.
void addToBias(onnx::QuantizableOpInterface op, unsigned bias, llvm::ArrayRef<double> difference);

/// The op's bias operand if it is a float constant with one number for each of `columns` channels.
std::optional<unsigned> findConstantBias(onnx::QuantizableOpInterface op, int64_t columns);

/// The quantizer of the op's activations, if they are quantized per tensor.
std::optional<Quantizer> findActivations(onnx::QuantizableOpInterface op);

/// For each column, the scale below which a constant bias would not fit the accumulator
/// (smallestWeightScale); zeros where there is no such bias or activations are float.
std::vector<float> leastScales(onnx::QuantizableOpInterface op, int64_t columns);

} // namespace quern
