// The functions that OpTraits.py attaches to ops. Only the generated sources and the files that define them
// include this. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "dialects/ONNX/IR/ONNXDialect.h"

namespace quern::onnx::detail {

/// True unless `value` comes from `onnx.NoValue`.
bool isPresent(mlir::Value value);

/// The last axis of a ranked tensor.
std::optional<int64_t> lastAxis(mlir::Value value);

/// `number`, if that operand is present.
std::optional<unsigned> presentOperand(mlir::Operation *op, std::optional<unsigned> number);

/// `number`, if that operand is computed from constants only.
std::optional<unsigned> constantOperand(mlir::Operation *op, std::optional<unsigned> number);

/// `activations`, and `weight` if it is not constant.
llvm::SmallVector<unsigned> activationOperands(mlir::Operation *op, llvm::ArrayRef<unsigned> activations,
                                               std::optional<unsigned> weight);

/// The first operand if the op returns just that; else the evaluated op, if its operands are constant and its
/// result small.
mlir::OpFoldResult foldOp(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands, bool returnsOperand);

} // namespace quern::onnx::detail

// Does the op, whose operand and result types are equal, return its first operand?
namespace quern::onnx::returns_operand {

inline bool always(mlir::Operation *) { return true; }
inline bool never(mlir::Operation *) { return false; }
/// True of ops that keep order, if the type is static: with `?`, equal types may hide different shapes.
bool ifStatic(mlir::Operation *op);
bool transpose(mlir::Operation *op);
bool slice(mlir::Operation *op);
bool pad(mlir::Operation *op);

} // namespace quern::onnx::returns_operand

// ShapeInferenceOpInterface. Each is documented where it is defined (dialects/ONNX/ShapeInference).
namespace quern::onnx::infer {

llvm::LogicalResult matMul(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult integerMatMul(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult quantizedMatMul(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult gemm(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult conditional(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult sameAsFirst(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult sameAlongAxis(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult elementwise(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult comparison(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult where(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult test(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult cast(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult castLike(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult like(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult dropout(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult quantizeLinear(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult dequantizeLinear(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult dynamicQuantizeLinear(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult constant(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult constantOfShape(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult shape(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult scalarInteger(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult range(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult random(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult concat(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult split(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult slice(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult gather(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult gatherElements(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult gatherND(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult expand(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult tile(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult pad(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult oneHot(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult nonZero(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult recurrent(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult reduction(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult argReduction(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult topK(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult layerNormalization(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult reshape(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult flatten(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult squeeze(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult unsqueeze(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult transpose(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult depthToSpace(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult spaceToDepth(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult resize(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult gridSample(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult convolution(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult integerConvolution(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult quantizedConvolution(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult transposedConvolution(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult pool(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);
llvm::LogicalResult globalPool(mlir::Operation *op, llvm::SmallVectorImpl<mlir::Type> &types);

} // namespace quern::onnx::infer

// ChannelTransformOpInterface: routes of a map of the result (dialects/ONNX/ChannelTransforms/Routes.cpp).
namespace quern::onnx::routes {

using Routes = llvm::SmallVector<ChannelRoute>;
Routes conv(mlir::Operation *op, int64_t axis, bool shifted);
Routes gemm(mlir::Operation *op, int64_t axis, bool shifted);
Routes matMul(mlir::Operation *op, int64_t axis, bool shifted);
Routes add(mlir::Operation *op, int64_t axis, bool shifted);
Routes subtract(mlir::Operation *op, int64_t axis, bool shifted);
Routes multiply(mlir::Operation *op, int64_t axis, bool shifted);
Routes divide(mlir::Operation *op, int64_t axis, bool shifted);
Routes normalization(mlir::Operation *op, int64_t axis, bool shifted);
/// Functions f with f(x / s) = f(x) / s for s > 0, channel by channel.
Routes homogeneous(mlir::Operation *op, int64_t axis, bool shifted);
/// Order is kept for s > 0: min(x, b) / s = min(x / s, b / s). Bounds of a Clip then vary with the channels,
/// which ONNX writes as Max and Min.
Routes bounded(mlir::Operation *op, int64_t axis, bool shifted);
Routes transpose(mlir::Operation *op, int64_t axis, bool shifted);
/// Ops that keep the row-major order of elements.
Routes reshape(mlir::Operation *op, int64_t axis, bool shifted);

} // namespace quern::onnx::routes

// ChannelTransformOpInterface: the weight that takes in an inverse
// (dialects/ONNX/ChannelTransforms/Absorptions.cpp).
namespace quern::onnx::absorptions {

using Absorption = std::optional<ChannelAbsorption>;
Absorption conv(mlir::Operation *op, unsigned number, int64_t axis, bool shifted);
Absorption gemm(mlir::Operation *op, unsigned number, int64_t axis, bool shifted);
Absorption matMul(mlir::Operation *op, unsigned number, int64_t axis, bool shifted);

} // namespace quern::onnx::absorptions

// ConstantEvaluationOpInterface: the result for these operands (null where an operand is not constant), or
// null. Each is documented where it is defined (dialects/ONNX/Folding).
namespace quern::onnx::evaluate {

mlir::ElementsAttr where(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr reduceProduct(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr add(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr subtract(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr multiply(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr divide(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr minimum(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr maximum(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr equal(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr less(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr greater(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr lessOrEqual(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr greaterOrEqual(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr logicalAnd(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr logicalOr(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr logicalNot(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr negate(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr absolute(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr squareRoot(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr reciprocal(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr roundDown(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr roundUp(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr shape(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr size(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr constantOfShape(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr range(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr cast(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr reshape(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr transpose(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr slice(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr expand(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr concat(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);
mlir::ElementsAttr gather(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);

} // namespace quern::onnx::evaluate
