// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Integerize/Clamps.h"

#include "dialects/ONNX/IR/Math.h"
#include "passes/Integerize/Codes.h"

#include <limits>

using namespace mlir;

namespace quern {

/// A bound of a Clip: `absent` if it has none, nothing if it is not known now.
static std::optional<float> readBound(Value bound, float absent) {
  if (isa<NoneType>(bound.getType()))
    return absent;
  return readScalar(bound);
}

ClampedValue skipClamps(Value real) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  ClampedValue clamped{real, -infinity, infinity};
  // From the last clamp upwards: what an earlier one lets through is limited by the later ones.
  auto limit = [&](Value source, float lowest, float highest) {
    clamped = {source, std::clamp(lowest, clamped.lowest, clamped.highest),
               std::clamp(highest, clamped.lowest, clamped.highest)};
  };
  while (Operation *op = clamped.source.getDefiningOp()) {
    if (auto relu = dyn_cast<onnx::ReluOp>(op)) {
      limit(relu.getX(), 0, infinity);
      continue;
    }
    auto clip = dyn_cast<onnx::ClipOp>(op);
    if (!clip)
      break;
    auto lowest = readBound(clip.getMin(), -infinity), highest = readBound(clip.getMax(), infinity);
    if (!lowest || !highest || !(*lowest <= *highest))
      break;
    limit(clip.getInput(), *lowest, *highest);
  }
  return clamped;
}

FailureOr<CodeRange> clampCodes(const ClampedValue &clamped, const Quantizer &output, Refusal &refusal) {
  CodeRange codes{output.quantize(clamped.lowest), output.quantize(clamped.highest)};
  if (codes.lowest >= codes.highest)
    return refuse(refusal,
                  "expected a range of more than one code; every value rounds to the code " +
                      Twine(codes.lowest),
                  "calibrate on data that uses the node, or exclude it");
  return codes;
}

} // namespace quern
