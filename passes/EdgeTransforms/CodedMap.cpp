// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/CodedMap.h"

#include "passes/EdgeTransforms/ValueEntries.h"
#include "passes/QuantizationAnalysis/ActivationQuantizer.h"

#include <cmath>

using namespace mlir;

namespace quern {

static constexpr int kExactBits = 16;

float exactScale(double scale) {
  int exponent = 0;
  double fraction = std::frexp(std::max(scale, double(kSmallestScale)), &exponent);
  return float(std::ldexp(std::ceil(std::ldexp(fraction, kExactBits)), exponent - kExactBits));
}

Quantizer chooseExact(QuantizerAttr attribute, double min, double max) {
  Quantizer quantizer = chooseActivationQuantizer(attribute, min, max);
  quantizer.scale = exactScale(quantizer.scale);
  if (attribute.getScheme() == Scheme::Asymmetric) // the wider step has its own code of 0
    quantizer.zeroPoint =
        std::min(quantizer.codes.lowest + int32_t(std::nearbyint(std::max(-min, 0.0) / quantizer.scale)),
                 quantizer.codes.highest);
  return quantizer;
}

RealRange rangeOfCodes(QuantizerAttr attribute, const Quantizer &quantizer) {
  double scale = quantizer.scale;
  if (attribute.getScheme() == Scheme::Symmetric) {
    double reach = CodeRange::symmetricBits(attribute.getFormat().getBits()).highest * scale;
    return {-reach, reach};
  }
  return {(quantizer.codes.lowest - quantizer.zeroPoint) * scale,
          (quantizer.codes.highest - quantizer.zeroPoint) * scale};
}

std::optional<Quantizer> findCodes(const Edge &edge, QuantizerAttr attribute) {
  std::optional<RealRange> range = findRange(edge.value);
  return range ? std::optional(chooseActivationQuantizer(attribute, range->min, range->max)) : std::nullopt;
}

CodedSearch::CodedSearch(const Edge &edge, const OutputError &error, QuantizerAttr attribute)
    : error(error), ties(edge.ties) {
  ChannelMap identity = ChannelMap::identity(edge.channels);
  std::optional<Quantizer> codes = findCodes(edge, attribute);
  before = least = codes ? error.of(identity, *codes) : error.of(identity);
}

double CodedSearch::consider(CodedMap candidate) {
  candidate.map = candidate.map.tied(ties);
  double value = error.of(candidate.map, candidate.activations);
  if (value < least) {
    least = value;
    best = std::move(candidate);
  }
  return value;
}

/// The values of one scale from which `value` is moved, itself first; empty if one of them has another
/// reader.
static SmallVector<Value> movedFrom(Value value) {
  SmallVector<Value> values{value};
  while (auto movement = values.back().getDefiningOp<onnx::DataMovementOpInterface>()) {
    SmallVector<unsigned> operands = movement.getMovedOperands();
    if (operands.empty())
      break;
    Value source = movement->getOperand(operands.front());
    if (operands.size() > 1 || movement.insertsZeros() || !source.hasOneUse())
      return {};
    values.push_back(source);
  }
  return values;
}

static void writeCodes(Value value, RealRange range) {
  MLIRContext *context = value.getContext();
  writeEntry(value, kRangesAttrName, kRangeAttrName,
             RangeAttr::get(context, range.min, range.max, StringAttr::get(context, kSearchedRange)));
}

bool insertCodedMap(const Edge &edge, const CodedMap &coded, QuantizerAttr attribute, StringRef method) {
  RealRange range = rangeOfCodes(attribute, coded.activations);
  if (!coded.map.isIdentity()) {
    writeCodes(insertEdgeTransform(edge, coded.map, method), range);
    return true;
  }
  SmallVector<Value> values = movedFrom(edge.value);
  for (Value value : values)
    writeCodes(value, range);
  return !values.empty();
}

} // namespace quern
