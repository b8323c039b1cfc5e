// The method `auto`: what is done to each edge is chosen by the error that it causes in the model's outputs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Observer.h"
#include "lib/Pipelines/Calibrate.h"
#include "lib/Recipe/Recipe.h"
#include "passes/EdgeTransforms/ChannelMap.h"
#include "passes/QuantizationAnalysis/ValueRanges.h"

namespace quern {

/// A map for the edge that starts at result `result` of op number `producer` (-1: at argument `result` of the
/// function).
struct EdgeDecision {
  int64_t producer;
  unsigned result;
  std::string method;
  ChannelMap map;
};

/// The range that codes of operand `operand` of op number `user` should span.
struct RangeDecision {
  int64_t user;
  unsigned operand;
  RealRange range;
};

struct TransformDecisions {
  std::vector<EdgeDecision> edges;
  std::vector<RangeDecision> ranges;
  std::map<int64_t, std::string> floatOps; ///< by number, with the reason
  std::set<int64_t> rowOps;                ///< by number: products whose activation has a scale for each row
  std::string summary;                     ///< one line for the user
};

struct TransformSearchOptions {
  Recipe recipe;
  bool integerTail = false;     ///< integers up to the outputs; then no island may be float
  std::optional<int64_t> limit; ///< of samples that are looked at: the first ones
  /// The observer by which ranges are chosen: then no sample is measured with ranges that it had a part in
  /// (CrossFitting.h). Without, all are measured with the ranges that the module has.
  std::optional<ObserverOptions> observer;
  int64_t searchSamples = 32, heldBackSamples = 32; ///< at most; of a large model fewer
  double work = 4e11; ///< multiply-accumulates that all trials together may take, roughly
  ProgressListener *progress = nullptr;
};

/// Tries on simulated quantization, first to last: each method on all edges; integer islands between
/// contractions, and small convolutions, as float, and products with scales for the rows of their
/// activations; each edge with another method; each range wider, and the
/// observed one where an op's definition bounds it (attention's probabilities rarely come near 1). A method
/// for all edges is kept if it lowers the error of the outputs on the search samples; all else is judged by
/// the error that its own codes cause alone, since the whole error is much noisier than one part of it. Then
/// the step is taken after which the error is least on the held-back samples, which are looked at only once
/// after each. Samples are chosen by their content, so that their order does not matter. The module's ops
/// must be numbered (numberOps), with ranges, ranges of channels and rows.
llvm::Expected<TransformDecisions> searchTransforms(mlir::ModuleOp numbered, SampleReader &samples,
                                                    const TransformSearchOptions &options,
                                                    const CompileInstrumented &compile);

/// Inserts the edges' transforms (quern-fold-edge-transforms moves them) and marks the ops that stay float.
void applyTransforms(mlir::ModuleOp numbered, const TransformDecisions &decisions);

/// Sets the ranges that were found, once each op has its precision.
void applyRanges(mlir::ModuleOp numbered, const TransformDecisions &decisions);

} // namespace quern
