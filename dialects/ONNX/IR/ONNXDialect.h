// The `onnx` dialect: types, interfaces, and what all its ops have in common. Op classes are declared per
// family (dialects/ONNX/IR/{Math,NN,Tensor,...}.h, generated). SPDX-License-Identifier: Apache-2.0 WITH
// LLVM-exception
#pragma once
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace quern::onnx::detail {

/// The textual form of every op: `onnx.Name(%operands) regions {attributes} : (types) -> types`.
mlir::ParseResult parseOp(mlir::OpAsmParser &parser, mlir::OperationState &result);
void printOp(mlir::Operation *op, mlir::OpAsmPrinter &printer);

/// C1: operands and results that share a type variable in the schema share an element type.
llvm::LogicalResult verifySchemaTypes(mlir::Operation *op);

/// C2: the declared result types agree with the inferred ones.
llvm::LogicalResult verifyInferredShapes(mlir::Operation *op);

} // namespace quern::onnx::detail

namespace quern::onnx {

/// See ONNX_SchemaTypes in ONNXBase.td.
template <typename ConcreteOp> class SchemaTypes : public mlir::OpTrait::TraitBase<ConcreteOp, SchemaTypes> {
public:
  static llvm::LogicalResult verifyTrait(mlir::Operation *op) { return detail::verifySchemaTypes(op); }
};

} // namespace quern::onnx

namespace quern::onnx {

/// How an op computes on codes: an i32 accumulation of products, a sum or product of rescaled codes, a mean,
/// the softmax or any other function of a code by table, a clamp that its producer's requantization absorbs,
/// or the movement of codes. None: only on real numbers.
enum class IntegerForm { None, Contraction, Sum, Product, Mean, Softmax, Table, Clamp, Movement };

/// Values that an op cannot leave: both ends included.
struct KnownRange {
  double min, max;
};

/// What becomes of one operand where the result's channels become (y - z) / s.
enum class ChannelChange {
  Divide,        ///< u / s
  Shift,         ///< (u - z) / s
  ShiftNegative, ///< (u + z) / s: a subtrahend
  Multiply       ///< u * s: a divisor
};

/// An operand that must change along its own `axis`; an absent operand counts as zeros.
struct ChannelStep {
  unsigned operand;
  int64_t axis;
  ChannelChange change;
};

/// All the operands that change together.
using ChannelRoute = llvm::SmallVector<ChannelStep, 2>;

/// A constant weight that is multiplied by the channels of an operand.
struct ChannelAbsorption {
  unsigned weight;
  int64_t inputAxis;  ///< axis of the weight that numbers the operand's channels (of one group)
  int64_t outputAxis; ///< axis of the weight that numbers the result's channels
  int64_t resultAxis; ///< axis of the result that does
  int64_t groups = 1; ///< output channels, in order, see their own part of the operand's
  std::optional<unsigned> bias =
      {}; ///< operand that takes W z, present or not; else it is added to the result
};

} // namespace quern::onnx

#include "dialects/ONNX/IR/ONNXDialect.h.inc"
#include "dialects/ONNX/IR/ONNXInterfaces.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/ONNX/IR/ONNXTypes.h.inc"

namespace quern::onnx::detail {

#define QUERN_ONNX_FAMILY(name) void register##name##Ops(ONNXDialect &dialect);
#include "dialects/ONNX/IR/Families.inc"

} // namespace quern::onnx::detail

namespace quern::onnx {

/// True if a value may have both types: tensors agree in element type and in each dimension that both know;
/// `none` agrees with anything.
bool areCompatible(mlir::Type a, mlir::Type b);

} // namespace quern::onnx
