// Samples cut to the lengths of sequences that a model is going to see.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/DataReader.h"
#include "lib/Recipe/LengthProfile.h"

namespace quern {

/// Where the length is: an axis of each input, nothing for inputs that have none.
using LengthAxes = std::vector<std::optional<size_t>>;

/// A part [begin, begin + length) of a sample's sequence.
struct SequencePiece {
  int64_t begin, length;
  bool operator==(const SequencePiece &) const = default;
};

/// Cuts `total` positions, from the first on, into pieces whose lengths come in turn, `weight` pieces of each
/// share, beginning at piece number `phase` of the turn. Where the next in turn is too long for the rest, the
/// longest that is not is taken; a rest shorter than all is left over. So every position but those left over
/// is in one piece, and the budget of tokens stays what it was.
std::vector<SequencePiece> cutSequence(int64_t total, llvm::ArrayRef<LengthShare> shares, uint64_t phase);

struct CutOptions {
  LengthAxes axes;
  std::vector<LengthShare> shares;
  std::optional<int64_t> only;  ///< pieces of this length alone
  std::optional<int64_t> limit; ///< no more whole samples than these
  /// Which samples are cut, by their content: all, three quarters of them, or the other quarter.
  enum class Part { All, Most, HeldBack } part = Part::All;
};

/// The pieces of the samples that `source` yields for `inputs`, whose sizes along the axes of length are
/// open. A sample's phase follows from its content, so that pieces do not depend on the order of samples. A
/// sample whose inputs differ in length is an error.
std::unique_ptr<SampleReader> cutSamples(std::unique_ptr<SampleReader> source, std::vector<InputSpec> inputs,
                                         CutOptions options);

} // namespace quern
