// How ops compute on codes as they stand, operands included.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/ONNX/IR/ONNXDialect.h"

#include "mlir/IR/Operation.h"

#include <string>

namespace quern {

/// The integer form of an op, or why it has none.
struct IntegerRole {
  onnx::IntegerForm form = onnx::IntegerForm::None;
  std::string reason; ///< in the user's words, where the form is None

  explicit operator bool() const { return form != onnx::IntegerForm::None; }
};

/// The form that the op's kind allows and its operands permit: activations are ranked f32 tensors; weights,
/// biases and parameters are constants; results other than the first are unused unless the op moves data.
IntegerRole findIntegerRole(mlir::Operation *op);

/// The operands that carry codes where the op computes on codes: activations, or what a movement moves.
llvm::SmallVector<mlir::OpOperand *> activationsOf(mlir::Operation *op);

/// Those of them whose scale is known when the model is compiled: all but rows with scales of their own
/// (`quern.row_scales`).
llvm::SmallVector<mlir::OpOperand *> staticActivationsOf(mlir::Operation *op);

/// The elements of a value are known at compile time.
bool isConstant(mlir::Value value);

/// True for a clamp whose operand has no other use and comes from an op that ends in a requantization: that
/// absorbs the clamp, so the value between them never exists as codes.
bool isAbsorbedClamp(mlir::Operation *op);

} // namespace quern
