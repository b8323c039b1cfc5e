// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/QuantizeWeights/GroupedWeight.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"

#include "mlir/IR/Builders.h"

#include <cmath>

using namespace mlir;

namespace quern {

bool isGrouped(onnx::QuantizableOpInterface op, QuantizerAttr quantizer) {
  if (quantizer.getGranularity().getKind() != GranularityKind::Group)
    return false;
  auto type = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  auto gemm = dyn_cast<onnx::GemmOp>(*op);
  bool isTransposed = gemm && gemm.getTransB() != 0;
  return type && type.getRank() == 2 &&
         type.getDimSize(isTransposed) > quantizer.getGranularity().getGroupSize();
}

FailureOr<GroupedWeight> readGroupedWeight(onnx::QuantizableOpInterface op, QuantizerAttr quantizer) {
  auto view = onnx::ConstantView::of(op->getOperand(1));
  if (!view || view->getType().getRank() != 2)
    return op->emitError("expected a constant matrix as weight");
  auto gemm = dyn_cast<onnx::GemmOp>(*op);
  bool isTransposed = gemm && gemm.getTransB() != 0;
  float factor = gemm ? gemm.getAlpha().convertToFloat() : 1.0f;
  int64_t rows = view->getShape()[isTransposed], columns = view->getShape()[!isTransposed];
  int64_t groupSize = quantizer.getGranularity().getKind() == GranularityKind::Group
                          ? std::min(rows, quantizer.getGranularity().getGroupSize())
                          : rows;
  GroupedWeight weight{{},
                       {rows, columns, groupSize},
                       {quantizer.getFormat().getBits(), quantizer.getScheme() == Scheme::Symmetric}};
  weight.values.reserve(rows * columns);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column) {
      int64_t at = isTransposed ? column * rows + row : row * columns + column;
      weight.values.push_back(float(view->real(at)) * factor);
    }
  if (!llvm::all_of(weight.values, [](float value) { return std::isfinite(value); }))
    return op->emitError("has a weight with NaN or infinite elements, which cannot be quantized");
  return weight;
}

/// Multiplies a constant C by beta.
static void foldBeta(onnx::GemmOp gemm) {
  float beta = gemm.getBeta().convertToFloat();
  auto bias = onnx::ConstantView::of(gemm.getC());
  if (beta == 1.0f || !bias)
    return;
  SmallVector<double> values;
  for (int64_t i = 0; i < bias->size(); ++i)
    values.push_back(float(bias->real(i)) * beta);
  OpBuilder builder(gemm);
  auto type = cast<RankedTensorType>(gemm.getC().getType());
  gemm->setOperand(
      2, onnx::ConstantOp::create(builder, gemm.getC().getLoc(), type, onnx::makeConstant(type, values)));
  gemm->setAttr("beta", builder.getF32FloatAttr(1.0f));
}

void replaceWeight(onnx::QuantizableOpInterface op, const GroupedWeight &weight, const GroupCodes &codes) {
  OpBuilder builder(op);
  Value original = op->getOperand(1);
  ColumnGroups groups{weight.layout.groupSize, {}, {}};
  for (const Quantizer &quantizer : codes.quantizers) {
    groups.scales.push_back(quantizer.scale);
    groups.zeroPoints.push_back(quantizer.zeroPoint);
  }
  SmallVector<int64_t> shape{weight.layout.rows, weight.layout.columns};
  CodeRange range = weight.format.codes();
  quant::QuantizedType type =
      columnGroupsType(op->getContext(), storageBitsOf(weight.format), weight.format.isSymmetric,
                       {range.lowest, range.highest}, groups, shape);
  auto storage = RankedTensorType::get(shape, storageTypeOf(type));
  auto integers =
      onnx::ConstantOp::create(builder, original.getLoc(), storage,
                               onnx::makeIntegerConstant(storage, llvm::to_vector_of<int64_t>(codes.codes)));
  if (StringRef name = onnx::getValueName(original); !name.empty())
    onnx::setValueName(cast<OpResult>(integers->getResult(0)), (name + "_quantized").str());
  Value reals = DequantizeOp::create(builder, original.getLoc(), storage.clone(builder.getF32Type()),
                                     castFromStorage(builder, original.getLoc(), integers, type));
  op->setOperand(1, reals);
  if (auto gemm = dyn_cast<onnx::GemmOp>(*op)) {
    foldBeta(gemm);
    op->setAttr("alpha", builder.getF32FloatAttr(1.0f));
    op->setAttr("transB", builder.getI64IntegerAttr(0));
  }
}

} // namespace quern
