// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Sensitivity/Sensitivity.h"

namespace quern {

llvm::ArrayRef<Sensitivity> allSensitivities() {
  static const Sensitivity measures[] = {
      {"output", "error of the outputs with one op on codes", true, true, measureOutputErrors},
      {"kl", "divergence of the outputs as distributions", true, true, measureDivergences},
      {"round-off", "error of the weights alone, which needs no data", false, false, measureRoundOff},
      {"hessian", "error of the weights, weighed by the activations' power", true, false,
       measureHessianTraces},
      {"relevance", "error of the weights, times their op's share of the relevance of the outputs", true,
       false, measureRelevances},
  };
  return measures;
}

const Sensitivity *findSensitivity(llvm::StringRef name) {
  const auto *found =
      llvm::find_if(allSensitivities(), [&](const Sensitivity &measure) { return measure.name == name; });
  return found == allSensitivities().end() ? nullptr : found;
}

} // namespace quern
