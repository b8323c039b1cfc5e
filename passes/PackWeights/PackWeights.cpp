// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/PackWeights/PackWeights.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"

#include "llvm/ADT/DenseMap.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_PACKWEIGHTS
#include "passes/PackWeights/PackWeights.h.inc"

namespace {
/// The operands and attributes of a packed product.
struct PackedWeight {
  Value codes, scales, zeroPoints;
  int64_t bits, groupSize, zeroPoint;
};
} // namespace

/// The smallest width that holds the type's codes and packs whole groups.
static int64_t chooseBits(quant::QuantizedType type, int64_t groupSize, int64_t rows) {
  int64_t codes = type.getStorageTypeMax() - type.getStorageTypeMin() + 1;
  for (int64_t bits : {2, 4})
    if (codes <= int64_t(1) << bits && (groupSize % (8 / bits) == 0 || groupSize >= rows))
      return bits;
  return 8;
}

/// Bytes [ceil(rows * bits / 8), columns].
static Value packCodes(OpBuilder &builder, Location loc, const onnx::ConstantView &codes, int64_t lowest,
                       int64_t bits) {
  int64_t rows = codes.getShape()[0], columns = codes.getShape()[1], perByte = 8 / bits;
  int64_t packedRows = llvm::divideCeil(rows, perByte);
  SmallVector<char> bytes(packedRows * columns, 0);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column) {
      auto code = static_cast<unsigned>(codes.integer(row * columns + column) - lowest);
      bytes[row / perByte * columns + column] |= static_cast<char>(code << (row % perByte * bits));
    }
  auto type = RankedTensorType::get({packedRows, columns}, builder.getIntegerType(8, /*isSigned=*/false));
  return onnx::ConstantOp::create(builder, loc, type, onnx::makeConstant(type, ArrayRef<char>(bytes)))
      ->getResult(0);
}

static std::optional<PackedWeight> packWeight(DequantizeOp dequantize) {
  Value storage = storageOperand(dequantize.getInput());
  auto codes = storage ? onnx::ConstantView::of(storage) : std::nullopt;
  quant::QuantizedType type = quantizedElementType(dequantize.getInput().getType());
  if (!codes || type.getStorageTypeIntegralWidth() > 8)
    return std::nullopt;
  std::optional<ColumnGroups> groups = columnGroups(type, codes->getShape());
  if (!groups)
    return std::nullopt;
  OpBuilder builder(dequantize);
  Location loc = dequantize.getLoc();
  int64_t rows = codes->getShape()[0], columns = codes->getShape()[1], lowest = type.getStorageTypeMin();
  PackedWeight packed;
  packed.groupSize = groups->groupSize;
  packed.bits = chooseBits(type, groups->groupSize, rows);
  packed.codes = packCodes(builder, loc, *codes, lowest, packed.bits);
  SmallVector<int64_t> shape{int64_t(groups->scales.size()) / columns, columns};
  auto scales = RankedTensorType::get(shape, builder.getF32Type());
  packed.scales =
      onnx::ConstantOp::create(builder, loc, scales,
                               onnx::makeConstant(scales, llvm::to_vector_of<double>(groups->scales)))
          ->getResult(0);
  for (int64_t &zeroPoint : groups->zeroPoints)
    zeroPoint -= lowest;
  packed.zeroPoint = groups->zeroPoints.front();
  if (!llvm::all_equal(groups->zeroPoints)) {
    packed.zeroPoint = 0;
    auto zeros = RankedTensorType::get(shape, builder.getIntegerType(8, /*isSigned=*/false));
    packed.zeroPoints =
        onnx::ConstantOp::create(builder, loc, zeros, onnx::makeIntegerConstant(zeros, groups->zeroPoints))
            ->getResult(0);
  }
  return packed;
}

/// Why a product cannot compute on packed codes; empty if it can.
static StringRef findObstacle(Operation *op) {
  auto left = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (!left || !left.hasStaticShape() || left.getRank() == 0 || !left.getElementType().isF32())
    return "expected a left operand of f32 with a static shape";
  if (auto gemm = dyn_cast<onnx::GemmOp>(op))
    if (gemm.getTransA() != 0 || gemm.getTransB() != 0 || !gemm.getAlpha().isExactlyValue(1.0) ||
        !gemm.getBeta().isExactlyValue(1.0))
      return "expected a product that is neither transposed nor scaled";
  return {};
}

namespace {
struct PackWeightsPass : impl::PackWeightsBase<PackWeightsPass> {
  void runOnOperation() override {
    SmallVector<Operation *> products;
    getOperation().walk([&](Operation *op) {
      if (isa<onnx::MatMulOp, onnx::GemmOp>(op) && findObstacle(op).empty())
        products.push_back(op);
    });
    for (Operation *op : products)
      if (auto dequantize = op->getOperand(1).getDefiningOp<DequantizeOp>())
        pack(op, dequantize);
  }

private:
  void pack(Operation *op, DequantizeOp dequantize) {
    // A weight that several products share is packed once.
    auto [known, isNew] = packed.try_emplace(dequantize);
    if (isNew)
      known->second = packWeight(dequantize);
    if (!known->second)
      return;
    const PackedWeight &weight = *known->second;
    OpBuilder builder(op);
    Type type = op->getResult(0).getType();
    Value product = WeightOnlyMatMulOp::create(builder, op->getLoc(), type, op->getOperand(0), weight.codes,
                                               weight.scales, weight.zeroPoints, weight.bits,
                                               weight.groupSize, weight.zeroPoint);
    if (isa<onnx::GemmOp>(op) && !isa<NoneType>(op->getOperand(2).getType()))
      product = onnx::AddOp::create(builder, op->getLoc(), type, product, op->getOperand(2));
    onnx::copyValueNames(op, product.getDefiningOp());
    op->getResult(0).replaceAllUsesWith(product);
    op->erase();
  }

  llvm::DenseMap<Operation *, std::optional<PackedWeight>> packed;
};
} // namespace

} // namespace quern
