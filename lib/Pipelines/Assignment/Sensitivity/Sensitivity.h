// How much the model loses where one op's weights become codes: measures that may take each other's place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/VariantModel.h"

namespace quern {

/// What a measure may look at.
struct SensitivityInputs {
  mlir::ModuleOp assigned; ///< numbered
  llvm::ArrayRef<AssignableOp> ops;
  llvm::ArrayRef<std::vector<WeightVariant>> variants;
  VariantModel *model = nullptr;  ///< null without samples
  llvm::ArrayRef<Sample> samples; ///< those to measure with, the first of the model's
  const CompileInstrumented &compile;
  ProgressListener *progress = nullptr;
};

/// For each op and option; 0 loses nothing. Numbers of one measure are comparable with each other only.
using LossTable = std::vector<std::vector<double>>;

/// A measure of --sensitivity.
struct Sensitivity {
  llvm::StringRef name;
  llvm::StringRef summary; ///< for --help
  bool needsSamples;
  bool seesActivations; ///< it tells options apart that differ in activations alone
  llvm::Expected<LossTable> (*measure)(const SensitivityInputs &inputs);
};

/// Every measure; the first is the reference.
llvm::ArrayRef<Sensitivity> allSensitivities();

/// Null for a name that is none.
const Sensitivity *findSensitivity(llvm::StringRef name);

// One file each.

/// sum |y - y_0|^2 / sum |y_0|^2 over the float outputs, with one op at the option and all others at their
/// finest, which gives y_0 (without options of activations: the most bits). Activations are float, but for
/// those of the op where its options differ in them.
llvm::Expected<LossTable> measureOutputErrors(const SensitivityInputs &inputs);

/// The mean of KL(p || q) over the rows (last dimension) of the float outputs: p and q are the rows of y_0
/// and y of above, through a softmax unless p is a distribution already.
llvm::Expected<LossTable> measureDivergences(const SensitivityInputs &inputs);

/// sum (W - Q(W))^2 / sum W^2. (MixQuant, Kloberdanz and Le 2023, whose mean |W - Q(W)| this replaces by a
/// relative square, so that ops of different sizes compare.)
llvm::Expected<LossTable> measureRoundOff(const SensitivityInputs &inputs);

/// sum_ij E[x_j^2] (W - Q(W))_ij^2 / sum_ij E[x_j^2] W_ij^2: the trace proxy of the Hessian for H = E[x x^T]
/// (x) I with its diagonal only, relative to the power of the op's result. x_j is the channel of the
/// activation that W_ij multiplies.
llvm::Expected<LossTable> measureHessianTraces(const SensitivityInputs &inputs);

/// C * sum (W - Q(W))^2 / sum W^2, where C is the mean relevance of the elements of the op's result, averaged
/// over samples, as a share of that of all ops (RelevanceRules.h; after LRP-QViT, Ranjan and Savakis 2024,
/// whose exact rules were not available).
llvm::Expected<LossTable> measureRelevances(const SensitivityInputs &inputs);

} // namespace quern
