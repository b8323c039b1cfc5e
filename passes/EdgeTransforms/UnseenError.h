// The error that quantization causes behind an edge, on rows that had no part in choosing its map and range.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/ChannelStatistics.h"
#include "passes/EdgeTransforms/OutputError.h"

namespace quern {

/// Maps that bring channels to the same largest value use all of a range, so other values than those seen
/// leave it the sooner: what such a map gains on the samples that it was made of, it may lose twice on
/// others. Hence two-fold cross-validation. With the samples in two halves A and B, and E (OutputError) the
/// error on rows with a map and a range,
///
///     E(rows of B; map and range of A) + E(rows of A; map and range of B)
///
/// The range of a half is that of its mapped channels. Where only rows are known (ActivationRows::halves),
/// every other one is in the same half.
class UnseenError {
public:
  /// Nothing if activations have no codes or one scale for each row (whose range is that of the row itself),
  /// if there are fewer than kLeastRows rows, or if OutputError cannot measure them.
  static std::optional<UnseenError> create(const Edge &edge, const ActivationRows &rows,
                                           PrecisionAttr precision, ObserverOptions observer);

  double of(MapRule rule) const;

  /// Half of them must show what channels do.
  static constexpr int64_t kLeastRows = 32;

private:
  struct Fold {
    ChannelStatistics seen; ///< of one half
    OutputError unseen;     ///< on the rows of the other
  };
  explicit UnseenError(QuantizerAttr activations) : activations(activations) {}

  QuantizerAttr activations;
  std::vector<Fold> folds;
};

} // namespace quern
