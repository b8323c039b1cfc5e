// What calibration at one length of sequences or another does to the codes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Observer.h"
#include "lib/Pipelines/Calibrate.h"

namespace quern {

/// For each of the statistics: the mean over the model's float values of sum (x - Q(x))^2 / sum x^2 on the
/// samples, Q the 8-bit quantizer of the range that the observer chooses from them. Values that one of them
/// does not have, or that are zeros, do not count.
llvm::Expected<std::vector<double>> measureCodes(mlir::ModuleOp prepared, SampleReader &samples,
                                                 llvm::ArrayRef<const Statistics *> statistics,
                                                 const ObserverOptions &observer,
                                                 const CalibrateOptions &options,
                                                 const CompileInstrumented &compile);

/// How much further a channel reaches in one calibration than in another.
struct ChannelGrowth {
  double ratio = 1;  ///< of max |x_c|
  std::string value; ///< where it is largest; empty: nowhere above 1
  size_t channel = 0;
};

/// The largest ratio of `later` to `earlier`. Channels that reach less than a thousandth of their tensor's
/// maximum in `later` do not count: nothing depends on them.
ChannelGrowth findGrowth(const Statistics &earlier, const Statistics &later);

} // namespace quern
