// Padding: positions of a sample that a mask tells the model to ignore.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/Sample.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

#include <bit>
#include <cstdint>

namespace quern {

/// An element of an activation that takes no part in the model's outputs: a NaN that no arithmetic makes.
inline const float kTakesNoPart = std::bit_cast<float>(0x7fd09ad0u);
inline bool takesNoPart(float value) {
  return std::bit_cast<uint32_t>(value) == std::bit_cast<uint32_t>(kTakesNoPart);
}

/// Runs a model on a sample and marks what takes no part in its outputs (takesNoPart), found by experiment.
/// An input of integers or bools that are zeros and ones may be a mask, whose zeros are padding. It is one if
///   - with other data at the padding, no output changes but at the padding itself (in outputs whose shape
///   begins with the mask's), to the bit;
///   - with other data at one of the other positions, outputs change elsewhere too: positions do look at each
///   other.
/// Then every f32 element that changed with the padding is marked. The data that is put in is that of other
/// positions of the same input, so that it is data that the model takes; inputs whose shape begins with the
/// mask's have positions. `outputs` are the numbers of the model's outputs among the arrays that `run`
/// returns.
llvm::Expected<std::vector<NpyArray>>
runAndMarkPadding(llvm::function_ref<llvm::Expected<std::vector<NpyArray>>(const Sample &)> run,
                  llvm::ArrayRef<size_t> outputs, const Sample &sample);

} // namespace quern
