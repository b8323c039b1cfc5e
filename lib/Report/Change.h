// What could be done otherwise at one node to lower the error that it adds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Report/Measurement.h"
#include "lib/Report/WeightStatistics.h"

namespace quern {

enum class ChangeKind {
  Float,         ///< the node stays float
  WiderRange,    ///< codes reach everything that was seen
  NarrowerRange, ///< codes reach where the squared error of the values seen is least
  Smoothing,     ///< channels of activation and weight share what is large between them
  EightBits,     ///< weights of 8 bits
  PerChannel,    ///< a scale for each channel of the weight
  Groups,        ///< a scale for each 32 rows of the weight
};

struct Change {
  ChangeKind kind = ChangeKind::Float;
  size_t node = 0; ///< of the compared model
  /// Operands and the quantizers that they would have.
  std::vector<std::pair<unsigned, Quantizer>> ranges;
  /// The reals of the weight's codes, in the layout of the hub form; empty: as they are.
  std::vector<float> weight;
  /// For each channel of the first operand, along its last axis, what it is divided by; empty: nothing.
  std::vector<float> divisors;
  std::optional<int64_t> bytes; ///< by which the weights would grow
};

/// The changes to try at a node: to leave it float, and what its cause suggests, with quantizers and codes
/// that follow from the measured values. Nothing for a node that adds no error.
std::vector<Change> proposeChanges(const ComparedModel &model, const Measurement &measured, size_t node,
                                   Cause cause, const std::optional<WeightStatistics> &weight);

/// What a user would call the change, and the flag or recipe that makes it.
std::string describe(const Change &change, const ComparedNode &node);
std::string howTo(const Change &change, const ComparedNode &node);

} // namespace quern
