// What a search tries, fitted to a few samples and measured on others.
//
// Ranges, and maps that are fitted to the extremes of each channel, clip no sample that they come from, and
// others they do. A choice that is measured on the samples of its own ranges therefore looks better than it
// is, a method with many fitted numbers most of all. So the samples are divided into folds, and those of one
// fold run with what another one gave (cross-fitting: Chernozhukov et al., "Double/debiased machine
// learning", 2018, definition 3.1). One fold, not all others: the model will run on far more than it is
// calibrated on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Observer.h"
#include "lib/Pipelines/Calibrate.h"
#include "lib/Pipelines/Search/EdgeCandidates.h"

namespace quern {

/// An edge, and what each method would do to it, fitted to all samples.
struct SearchedEdge {
  EdgeKey key;
  std::vector<EdgeCandidate> candidates;
};

/// What can be chosen, fitted to one set of samples.
struct Fit {
  std::vector<RealRange> ranges; ///< of each slot of the simulation that no transform stands before
  /// The same, where what an op's definition bounds (Softmax: [0, 1]) has the range that was observed.
  std::vector<RealRange> observedRanges;
  /// Of each edge and each method that fits it to all samples; none: on these ones it leaves the edge alone.
  std::vector<std::vector<std::optional<EdgeCandidate>>> candidates;
};

struct FitOptions {
  Recipe recipe;
  std::vector<std::string> methods;
  bool integerTail = false;
};

/// Gives each op of a copy of `numbered` its precision, as the simulation needs it.
llvm::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> assignForSearch(mlir::ModuleOp numbered,
                                                                   const FitOptions &options);

/// What the numbered module's ranges make of slots and edges; `collected` is of the same module.
llvm::FailureOr<Fit> makeFit(mlir::ModuleOp numbered, const std::map<EdgeKey, EdgeCandidates> &collected,
                             llvm::ArrayRef<SearchedEdge> edges, const FitOptions &options);

/// Of each of two to four folds, or of a single sample's one: what the samples give that come next, those of
/// number k + 1 modulo the number of folds for those of number k. A single sample is measured with its own
/// ranges.
llvm::Expected<std::vector<Fit>> crossFit(mlir::ModuleOp numbered, llvm::ArrayRef<SearchedEdge> edges,
                                          const FitOptions &options, llvm::ArrayRef<Sample> samples,
                                          const ObserverOptions &observer,
                                          const CompileInstrumented &compile);

} // namespace quern
