// The places of a function where a simulation may quantize.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernAttributes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"

namespace quern {

/// Numbers the ops of a function, and of every copy of it that is made afterwards.
inline constexpr llvm::StringLiteral kNumberAttrName("quern.number");
void numberOps(mlir::func::FuncOp function);
void eraseNumbers(mlir::func::FuncOp function);
/// -1 for no op, and for one that came later.
int64_t numberOf(mlir::Operation *op);

/// One use of a value, by op numbers.
struct SimulationSlot {
  int64_t user = 0;
  unsigned operand = 0;
  int64_t producer = -1; ///< -1: the function, whose argument it is
  unsigned result = 0;   ///< of the producer, or the number of the argument
  unsigned group = 0;    ///< slots of one group share a quantizer
  bool isForInteger =
      false;               ///< the user computes on codes; otherwise it reads codes because the producer does
  QuantizerAttr quantizer; ///< how a range becomes a type
  mlir::quant::UniformQuantizedType type; ///< what plain quantization would use
  unsigned quantizerArgument = 0;         ///< of the function; scale and shift follow if there are channels
  int64_t axis = 0, channels = 0;         ///< of an edge that can be transformed; else 0 channels
};

/// Does what quern-insert-simulation says to a function whose ops are numbered. The group of a slot is that
/// of its value and of all values which must share its scale.
llvm::FailureOr<std::vector<SimulationSlot>> insertSimulation(mlir::func::FuncOp function);

} // namespace quern
