// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Integerize/GroupedProduct.h"

#include "dialects/ONNX/IR/Math.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "lib/Numerics/Requantize.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace quern {

static constexpr int64_t kLargestSum = std::numeric_limits<int32_t>::max();

/// The dequantization that gives the weight, if its scales are per block.
static DequantizeOp findGroupedWeight(Operation *op) {
  if (!isa<onnx::GemmOp, onnx::MatMulOp>(op))
    return {};
  auto dequantize = op->getOperand(1).getDefiningOp<DequantizeOp>();
  if (!dequantize || !isa_and_present<quant::UniformQuantizedSubChannelType>(
                         quantizedElementType(dequantize.getInput().getType())))
    return {};
  return dequantize;
}

bool hasGroupedWeight(Operation *op) { return findGroupedWeight(op) != nullptr; }

std::optional<SmallVector<float>> readColumns(Value bias, int64_t columns) {
  auto type = dyn_cast<RankedTensorType>(bias.getType());
  std::optional<SmallVector<float>> reals = readReals(bias);
  if (!type || !reals || !llvm::all_of(*reals, [](float real) { return std::isfinite(real); }))
    return std::nullopt;
  if (reals->size() == 1)
    reals->assign(columns, float(reals->front()));
  else if (int64_t(reals->size()) != columns || type.getShape().back() != columns)
    return std::nullopt;
  return reals;
}

/// Codes, zero points and scales into `plan`.
static LogicalResult planWeights(DequantizeOp dequantize, GroupedProductPlan &plan, Refusal &refusal) {
  auto type = cast<RankedTensorType>(dequantize.getType());
  quant::QuantizedType codes = quantizedElementType(dequantize.getInput().getType());
  if (codes.getStorageTypeIntegralWidth() > 8)
    return refuse(refusal, "expected weights of at most 8 bits", "quantize the weight to 8 bits or fewer");
  std::optional<ColumnGroups> groups = columnGroups(codes, type.getShape());
  std::optional<SmallVector<int64_t>> values = readIntegers(storageOperand(dequantize.getInput()));
  if (!groups || !values)
    return refuse(refusal, "expected a constant matrix whose blocks run along the reduced dimension",
                  "quantize the weight with --group-size");
  plan.terms = type.getDimSize(0), plan.columns = type.getDimSize(1), plan.groupSize = groups->groupSize;
  plan.weights = std::move(*values);
  for (auto [i, weight] : llvm::enumerate(plan.weights)) {
    int64_t row = i / plan.columns, column = i % plan.columns;
    weight -= groups->zeroPoints[row / plan.groupSize * plan.columns + column];
  }
  for (float scale : groups->scales)
    plan.scales.push_back(float(plan.activation.type.getScale()) * scale);
  if (!llvm::all_of(plan.scales, [](float scale) { return std::isnormal(scale); }))
    return refuse(refusal, "expected scales whose product is a normal f32",
                  "calibrate on data that uses the node");
  return success();
}

/// The i32 sum of each group is right for every input, and no sum of groups leaves f32.
static LogicalResult proveBounds(GroupedProductPlan &plan, Refusal &refusal) {
  Quantizer activation = plan.activation.quantizer();
  SmallVector<int64_t> sums(plan.scales.size(), 0);
  for (auto [i, weight] : llvm::enumerate(plan.weights))
    sums[int64_t(i) / plan.columns / plan.groupSize * plan.columns + int64_t(i) % plan.columns] +=
        std::abs(weight);
  SmallVector<double> totals(plan.columns, 0.0);
  for (auto [at, sum] : llvm::enumerate(sums)) {
    int64_t bound = largestAccumulator(activation.codes, activation.zeroPoint, sum, 0);
    plan.bound = std::max(plan.bound, bound);
    totals[at % plan.columns] += double(bound) * double(plan.scales[at]);
  }
  for (auto [column, bias] : llvm::enumerate(plan.bias))
    totals[column] += std::abs(double(bias));
  if (plan.bound > kLargestSum)
    return refuse(refusal, "expected sums within 32 bits; a group may reach " + Twine(plan.bound),
                  "use a smaller --group-size");
  // Half of the range leaves room for the rounding of each step.
  if (llvm::any_of(totals, [](double total) { return total > std::numeric_limits<float>::max() / 2; }))
    return refuse(refusal, "expected sums of groups within f32", "leave the node float");
  return success();
}

FailureOr<GroupedProductPlan> planGroupedProduct(Operation *op, Refusal &refusal) {
  DequantizeOp dequantize = findGroupedWeight(op);
  if (!dequantize)
    return refuse(refusal, "expected a matrix product with weight scales per group", "");
  auto gemm = dyn_cast<onnx::GemmOp>(op);
  if (gemm && (gemm.getTransA() != 0 || gemm.getTransB() != 0 || !gemm.getAlpha().isExactlyValue(1.0) ||
               !gemm.getBeta().isExactlyValue(1.0)))
    return refuse(refusal, "expected a product with grouped weights that is neither transposed nor scaled",
                  "exchange the operands ahead of time");
  FailureOr<TensorCodes> activation = getTensorCodes(op->getOperand(0), refusal);
  if (failed(activation))
    return failure();
  auto input = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (!input || !input.hasStaticShape() || input.getRank() == 0)
    return refuse(refusal, "expected a left operand of static shape", "bind its dimensions with --dim");
  GroupedProductPlan plan{*activation};
  if (failed(planWeights(dequantize, plan, refusal)))
    return failure();
  if (gemm && !isa<NoneType>(gemm.getC().getType())) {
    std::optional<SmallVector<float>> bias = readColumns(gemm.getC(), plan.columns);
    if (!bias)
      return refuse(refusal, "expected a constant, finite bias with one value per column",
                    "add the bias with an Add node of its own");
    plan.bias = std::move(*bias);
  }
  if (failed(proveBounds(plan, refusal)))
    return failure();
  return plan;
}

} // namespace quern
