// Calibration data, one sample at a time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/Sample.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <optional>

namespace quern {

/// A stream of samples that match the model's inputs in name, element type and shape, and whose numbers are
/// finite. Only one sample is in memory.
class SampleReader {
public:
  virtual ~SampleReader() = default;

  /// Fills `sample`; false at the end.
  virtual llvm::Expected<bool> next(Sample &sample) = 0;
  /// Starts again with the first sample.
  virtual llvm::Error rewind() = 0;
  /// How many samples there are, where that is known before they are read.
  virtual std::optional<int64_t> count() const = 0;
};

/// No sample is larger than this, whatever the data says.
inline constexpr uint64_t kLargestSampleBytes = uint64_t(1) << 32;

/// Opens calibration data for a model with these inputs. `path` is one of
///   - an archive NAME.npz of arrays that are named like the inputs;
///   - an array NAME.npy, for a model of one input;
///   - a folder of either: NAME.npy files that are named like the inputs, or any number of .npz files (or
///   .npy files for
///     a model of one input), which are read one after the other in the order of their names;
///   - a folder test_data_set_N of ONNX TensorProto files input_0.pb, input_1.pb, ..., one sample; or a
///   folder of such;
///   - the word "random" (makeRandomSamples), never chosen unless it is asked for.
/// How an array divides into samples: lib/Calibration/SampleLayout.h. Nothing that could run code (pickle) is
/// read. The error lists everything that is wrong, a line each: missing and unknown inputs, element types,
/// shapes, counts.
llvm::Expected<std::unique_ptr<SampleReader>> openSamples(llvm::StringRef path,
                                                          llvm::ArrayRef<InputSpec> inputs);

/// Calls `body` on each sample that `samples` still has, in order, on `limit` of them at most; returns how
/// many it was called on. Ends with the first error, the reader's or the body's.
llvm::Expected<int64_t> forEachSample(SampleReader &samples,
                                      llvm::function_ref<llvm::Error(const Sample &)> body,
                                      std::optional<int64_t> limit = std::nullopt);

/// Samples that are in memory already.
std::unique_ptr<SampleReader> makeSamplesInMemory(std::vector<Sample> samples);

/// Random numbers, the same in every run: floats from N(0, 1), integers 0 or 1, dimensions of any size 1.
/// What a model calibrated on them computes is of no use but to measure speed.
std::unique_ptr<SampleReader> makeRandomSamples(llvm::ArrayRef<InputSpec> inputs, int64_t count = 8);

} // namespace quern
