// Scales, zero points and multipliers as the bodies of generics read them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/ConvertONNXToLinalg/StructureBuilders.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"

namespace quern::structure {

/// The operands of a generic under construction. A parameter that is the same for the whole tensor is a
/// constant in the body; one that varies is a table, read as one more operand.
class BodyOperands {
public:
  BodyOperands(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape) : b(b), shape(shape) {}

  /// A parameter of the body, to be read from the scalars of one iteration.
  using Reader = std::function<Value(ImplicitLocOpBuilder &, ValueRange)>;

  /// An operand read as it lies in the iteration space.
  Reader add(Value tensor);
  /// An operand read as ONNX broadcasts it to the iteration space.
  Reader addBroadcast(Value tensor);
  /// `values`, laid out in row-major order along the dimensions `dimensions` of the iteration space.
  Reader addFloats(ArrayRef<float> values, ArrayRef<int64_t> dimensions);
  /// The same for integers, read as i32.
  Reader addIntegers(ArrayRef<int64_t> values, ArrayRef<int64_t> dimensions);

  ArrayRef<Operand> get() const { return operands; }
  ArrayRef<int64_t> getShape() const { return shape; }

private:
  Reader addTable(mlir::DenseElementsAttr table, ArrayRef<int64_t> dimensions);

  ImplicitLocOpBuilder &b;
  SmallVector<int64_t> shape;
  SmallVector<Operand> operands;
};

/// The scales and zero points of a quantized type over tensors of one shape. Blocks along a dimension
/// (sub-channel types) split that dimension in two, (number of blocks, size of a block), so that each scale
/// belongs to one index.
struct ScaleLayout {
  SmallVector<int64_t> shape;      ///< the tensor's shape, with split dimensions
  SmallVector<int64_t> dimensions; ///< of `shape`: those along which scales vary
  SmallVector<float> scales;       ///< one, or one per position along `dimensions`
  SmallVector<int64_t> zeroPoints; ///< likewise
};
/// Fails for quantized types that are not uniform.
mlir::FailureOr<ScaleLayout> layOutScales(mlir::quant::QuantizedType type, ArrayRef<int64_t> shape);

/// The first `count` rows of a matrix: what a loop subscripts plainly has as many rows as the loop has steps.
Value firstRows(ImplicitLocOpBuilder &b, Value matrix, int64_t count);

} // namespace quern::structure
