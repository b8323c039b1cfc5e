// A map of an edge's channels together with the codes of what comes out of it, and the search for the best.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"
#include "passes/EdgeTransforms/OutputError.h"
#include "passes/QuantizationAnalysis/ValueRanges.h"

#include <optional>

namespace quern {

struct CodedMap {
  ChannelMap map;
  Quantizer activations; ///< of (x - z) / s
};

/// The least scale of 16 significant bits that is not below `scale`. Its products with codes of 8 bits are
/// exact in f32, so that a range of codes gives back the quantizer that it was computed from.
float exactScale(double scale);

/// Codes of [min, max], widened to hold 0, as chooseActivationQuantizer has them, at an exact scale.
Quantizer chooseExact(QuantizerAttr attribute, double min, double max);

/// The range of which chooseActivationQuantizer makes `quantizer`, to the bit. Its scale is exact.
RealRange rangeOfCodes(QuantizerAttr attribute, const Quantizer &quantizer);

/// The codes that the edge's value has as things stand: those of its range. Nothing if that is unknown.
std::optional<Quantizer> findCodes(const Edge &edge, QuantizerAttr attribute);

/// The least error of the candidates so far. It starts with the edge as it is, and ties keep the first.
class CodedSearch {
public:
  CodedSearch(const Edge &edge, const OutputError &error, QuantizerAttr attribute);

  /// The error of the candidate, whose map is tied first.
  double consider(CodedMap candidate);
  /// The best candidate; nothing if none is better than the edge as it is.
  const std::optional<CodedMap> &get() const { return best; }
  double errorBefore() const { return before; }
  double leastError() const { return least; }

private:
  const OutputError &error;
  llvm::ArrayRef<int64_t> ties;
  double before, least;
  std::optional<CodedMap> best;
};

/// Inserts the map, unless it is the identity, and makes the codes those of the transformed value: as the
/// range that a search has chosen. False, and nothing changed, if the value takes its codes from elsewhere
/// (it is moved from a value that others read).
bool insertCodedMap(const Edge &edge, const CodedMap &coded, QuantizerAttr attribute, llvm::StringRef method);

} // namespace quern
