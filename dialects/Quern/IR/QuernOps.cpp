// Casts, edge transforms, requantization and tables. QuernQLinearOps.cpp has the ops that mix scales.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"

#include "dialects/Quern/IR/QuernStorage.h"
#include "dialects/Quern/IR/Verifiers.h"
#include "lib/Numerics/Quantizer.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/Quern/IR/QuernOps.cpp.inc"

namespace quern {

//===-- Casts
//------------------------------------------------------------------------------------------------===//

/// C3 of both casts: scales fit the shape.
static LogicalResult verifyGranularity(Operation *op, TensorType tensor) {
  auto ranked = dyn_cast<RankedTensorType>(tensor);
  if (!ranked)
    return success();
  auto verifyAxis = [&](int64_t axis) -> LogicalResult {
    if (axis < 0 || axis >= ranked.getRank())
      return op->emitOpError() << "expected a quantized dimension below rank " << ranked.getRank() << ", got "
                               << axis;
    return success();
  };
  if (auto type = dyn_cast<quant::UniformQuantizedPerAxisType>(tensor.getElementType())) {
    int64_t axis = type.getQuantizedDimension(), count = type.getScales().size();
    if (failed(verifyAxis(axis)))
      return failure();
    if (!ranked.isDynamicDim(axis) && ranked.getDimSize(axis) != count)
      return op->emitOpError() << "expected one scale per channel: dimension " << axis << " has size "
                               << ranked.getDimSize(axis) << ", the type has " << count << " scales";
  }
  if (auto type = dyn_cast<quant::UniformQuantizedSubChannelType>(tensor.getElementType())) {
    for (auto [axis, block] : type.getBlockSizeInfo()) {
      if (failed(verifyAxis(axis)))
        return failure();
      if (!ranked.isDynamicDim(axis) && ranked.getDimSize(axis) % block != 0)
        return op->emitOpError() << "expected blocks of " << block << " to divide dimension " << axis
                                 << " of size " << ranked.getDimSize(axis);
    }
  }
  return success();
}

static LogicalResult verifyCast(Operation *op, Type real, Type quantized) {
  auto realType = cast<TensorType>(real), quantizedType = cast<TensorType>(quantized);
  if (failed(verifySameShape(op, realType, quantizedType))) // C1
    return failure();
  auto element = cast<quant::QuantizedType>(quantizedType.getElementType());
  if (element.getExpressedType() != realType.getElementType()) // C2
    return op->emitOpError() << "expected the expressed type " << element.getExpressedType()
                             << " to be the real element type " << realType.getElementType();
  return verifyGranularity(op, quantizedType); // C3
}

LogicalResult QuantizeOp::verify() { return verifyCast(*this, getInput().getType(), getType()); }

LogicalResult DequantizeOp::verify() { return verifyCast(*this, getType(), getInput().getType()); }

/// quantize(dequantize(q)) of one type is q: rhe(f32(f32(q - z) * s) / s) = q - z for codes of up to 16 bits,
/// where the relative error 2^-23 of the two roundings stays below half a code.
OpFoldResult QuantizeOp::fold(FoldAdaptor) {
  auto source = getInput().getDefiningOp<DequantizeOp>();
  if (!source || source.getInput().getType() != getType())
    return {};
  if (quantizedElementType(getType()).getStorageTypeIntegralWidth() > 16)
    return {};
  return source.getInput();
}

LogicalResult StorageCastOp::verify() {
  auto input = cast<TensorType>(getInput().getType()), result = cast<TensorType>(getType());
  if (failed(verifySameShape(*this, input, result))) // C1
    return failure();
  auto from = dyn_cast<quant::QuantizedType>(input.getElementType());
  auto to = dyn_cast<quant::QuantizedType>(result.getElementType());
  if (!from == !to) // C2
    return emitOpError("expected one quantized and one integer type");
  Type storage = from ? result.getElementType() : input.getElementType();
  if (storage != storageTypeOf(from ? from : to)) // C2
    return emitOpError() << "expected storage " << storageTypeOf(from ? from : to) << ", got " << storage;
  return success();
}

OpFoldResult StorageCastOp::fold(FoldAdaptor) {
  auto source = getInput().getDefiningOp<StorageCastOp>();
  return source && source.getInput().getType() == getType() ? source.getInput() : Value();
}

//===-- Before quantization
//------------------------------------------------------------------------------------===//

LogicalResult EdgeTransformOp::verify() {
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type || getAxis() < 0 || getAxis() >= type.getRank()) // C1
    return emitOpError() << "expected an axis within the rank of " << getType() << ", got " << getAxis();
  int64_t channels = type.getDimSize(getAxis());
  if (getScale().size() != getShift().size() ||
      (!ShapedType::isDynamic(channels) && int64_t(getScale().size()) != channels)) // C2
    return emitOpError() << "expected one scale and one shift per channel, got " << getScale().size()
                         << " and " << getShift().size();
  if (!llvm::all_of(getScale(), isPositiveFinite)) // C3
    return emitOpError("expected finite and positive scales");
  if (!llvm::all_of(getShift(), [](float shift) { return std::isfinite(shift); })) // C3
    return emitOpError("expected finite shifts");
  return success();
}

/// x - 0 and x / 1 are x (-0 - 0 is -0 too), so an identity folds bit for bit.
OpFoldResult EdgeTransformOp::fold(FoldAdaptor) {
  bool identity = llvm::all_of(getScale(), [](float scale) { return scale == 1; }) &&
                  llvm::all_of(getShift(), [](float shift) { return shift == 0 && !std::signbit(shift); });
  return identity ? getInput() : Value();
}

/// ((x - z1) / s1 - z2) / s2 = (x - (z1 + s1 * z2)) / (s1 * s2), if that can be represented.
LogicalResult EdgeTransformOp::canonicalize(EdgeTransformOp op, PatternRewriter &rewriter) {
  auto first = op.getInput().getDefiningOp<EdgeTransformOp>();
  if (!first || first.getAxis() != op.getAxis())
    return failure();
  SmallVector<float> scale, shift;
  for (auto [s1, z1, s2, z2] :
       llvm::zip_equal(first.getScale(), first.getShift(), op.getScale(), op.getShift())) {
    scale.push_back(double(s1) * s2);
    shift.push_back(z1 + double(s1) * z2);
    if (!isPositiveFinite(scale.back()) || !std::isfinite(shift.back()))
      return failure();
  }
  SmallVector<Attribute> provenance;
  for (ArrayAttr names : {first.getProvenanceAttr(), op.getProvenanceAttr()})
    if (names)
      llvm::append_range(provenance, names);
  DictionaryAttr discardable = op->getDiscardableAttrDictionary();
  auto composed = rewriter.replaceOpWithNewOp<EdgeTransformOp>(
      op, op.getType(), first.getInput(), op.getAxisAttr(), rewriter.getDenseF32ArrayAttr(scale),
      rewriter.getDenseF32ArrayAttr(shift), ArrayAttr());
  if (!provenance.empty())
    composed.setProvenanceAttr(rewriter.getArrayAttr(provenance));
  composed->setDiscardableAttrs(discardable); // of the result, which is the same
  return success();
}

LogicalResult ObserveOp::verify() {
  if (getName().empty()) // C1
    return emitOpError("expected a name for the observed value");
  return success();
}

LogicalResult SimulateQuantizeOp::verify() {
  if (getQuantizer().getType().getShape() != ArrayRef<int64_t>{4}) // C1
    return emitOpError("expected a quantizer of four elements, got ") << getQuantizer().getType();
  if (!transformsChannels()) // C2
    return success();
  auto type = dyn_cast<RankedTensorType>(getInput().getType());
  if (getChannels().size() != 2 || !getAxis() || !type || *getAxis() < 0 || *getAxis() >= type.getRank())
    return emitOpError("expected a scale and a shift along an axis of the operand");
  for (Value channel : getChannels())
    if (cast<ShapedType>(channel.getType()).getShape() != ArrayRef(type.getDimSize(*getAxis())))
      return emitOpError("expected one scale and one shift per channel, got ") << channel.getType();
  return success();
}

//===-- After integerization
//------------------------------------------------------------------------------------===//

LogicalResult RequantizeOp::verify() {
  return verifyPerTensorOrAxis(*this, cast<TensorType>(getType()), "multipliers", getMultipliers(),
                               getAxis());
}

LogicalResult DequantizeAccumulatorOp::verify() {
  return verifyPerTensorOrAxis(*this, cast<TensorType>(getType()), "scales", getScales(), getAxis());
}

LogicalResult LutOp::verify() {
  auto type = dyn_cast<RankedTensorType>(getTable().getType());
  if (!type || type.getShape() != ArrayRef<int64_t>(256) ||
      type.getElementType() != getType().getElementType()) // C1
    return emitOpError() << "expected a table of 256 " << getType().getElementType() << ", got "
                         << getTable().getType();
  return success();
}

/// Entry i of a table of codes, as the code it holds.
static int64_t codeAt(DenseElementsAttr table, int64_t index) {
  bool isUnsigned = cast<IntegerType>(table.getElementType()).isUnsigned();
  APInt code = table.getValues<APInt>()[index];
  return isUnsigned ? code.getZExtValue() : code.getSExtValue();
}

/// A table that maps every code to itself.
OpFoldResult LutOp::fold(FoldAdaptor) {
  auto table = dyn_cast<DenseElementsAttr>(getTable());
  if (getInput().getType() != getType() || !table)
    return {};
  int64_t smallest = integerRange(cast<IntegerType>(table.getElementType())).minimum;
  for (int64_t i = 0; i < 256; ++i)
    if (codeAt(table, i) != i + smallest)
      return {};
  return getInput();
}

namespace {
/// lut(lut(q)) is one lut: entry i of the second table at the first one's entry i.
struct ComposeTables : OpRewritePattern<LutOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LutOp op, PatternRewriter &rewriter) const override {
    auto first = op.getInput().getDefiningOp<LutOp>();
    if (!first)
      return rewriter.notifyMatchFailure(op, "expected a table as producer");
    auto inner = dyn_cast<DenseElementsAttr>(first.getTable()),
         outer = dyn_cast<DenseElementsAttr>(op.getTable());
    if (!inner || !outer)
      return rewriter.notifyMatchFailure(op, "expected both tables in memory");
    int64_t smallest = integerRange(cast<IntegerType>(inner.getElementType())).minimum;
    auto entries = outer.getValues<Attribute>();
    SmallVector<Attribute> composed;
    for (int64_t i = 0; i < 256; ++i)
      composed.push_back(entries[codeAt(inner, i) - smallest]);
    rewriter.replaceOpWithNewOp<LutOp>(op, op.getType(), first.getInput(),
                                       DenseElementsAttr::get(outer.getType(), composed));
    return success();
  }
};
} // namespace

void LutOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ComposeTables>(context);
}

} // namespace quern
