// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/Padding.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"

#include <cstring>
#include <optional>

namespace quern {

static bool isInteger(ElementType type) {
  switch (type) {
  case ElementType::Bool:
  case ElementType::UInt8:
  case ElementType::Int8:
  case ElementType::Int32:
  case ElementType::Int64:
    return true;
  default:
    return false;
  }
}

/// The array as a mask: true where it is 1.
static std::optional<std::vector<bool>> readMask(const NpyArray &array) {
  size_t bytes = elementBytes(array.type);
  if (!isInteger(array.type) || array.shape.empty())
    return std::nullopt;
  std::vector<bool> mask;
  for (size_t at = 0; at + bytes <= array.data.size(); at += bytes) {
    int64_t value = 0; // little-endian, and no element is negative that is 0 or 1
    std::memcpy(&value, array.data.data() + at, bytes);
    if (value != 0 && value != 1)
      return std::nullopt;
    mask.push_back(value == 1);
  }
  if (llvm::all_equal(mask))
    return std::nullopt;
  return mask;
}

static bool beginsWith(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> prefix) {
  return shape.size() >= prefix.size() && shape.take_front(prefix.size()) == prefix;
}

namespace {
/// One input of a sample as a mask.
class Mask {
public:
  Mask(size_t input, const NpyArray &array, std::vector<bool> isReal)
      : input(input), shape(array.shape), isReal(std::move(isReal)) {}

  /// The sample with what stands at the next real position in place of all padding.
  std::optional<Sample> disturbPadding(const Sample &sample) const;
  /// The sample with what stands at the next real position in place of the first real one.
  std::optional<Sample> disturbReal(const Sample &sample) const;
  bool changesOnlyAtPadding(const NpyArray &before, const NpyArray &after) const;
  bool changesBeyondFirst(const NpyArray &before, const NpyArray &after) const;

private:
  size_t firstReal() const { return llvm::find(isReal, true) - isReal.begin(); }
  /// The sample with the data of position sources[p] at each p; nothing if that is the same.
  std::optional<Sample> move(const Sample &sample, llvm::ArrayRef<size_t> sources) const;
  /// The positions at which the arrays differ; nothing if the arrays have no positions and differ.
  std::optional<std::vector<size_t>> findChanges(const NpyArray &before, const NpyArray &after) const;

  size_t input;
  std::vector<int64_t> shape;
  std::vector<bool> isReal;
};
} // namespace

std::optional<Sample> Mask::move(const Sample &sample, llvm::ArrayRef<size_t> sources) const {
  Sample moved = sample;
  bool changed = false;
  for (auto [number, array] : llvm::enumerate(moved)) {
    if (number == input || !beginsWith(array.shape, shape))
      continue;
    const std::vector<std::byte> &original = sample[number].data;
    size_t bytes = original.size() / isReal.size();
    for (auto [position, source] : llvm::enumerate(sources))
      std::memcpy(array.data.data() + position * bytes, original.data() + source * bytes, bytes);
    changed |= array.data != original;
  }
  return changed ? std::optional(std::move(moved)) : std::nullopt;
}

std::optional<Sample> Mask::disturbPadding(const Sample &sample) const {
  std::vector<size_t> sources(isReal.size());
  size_t next = firstReal();
  for (size_t position = isReal.size(); position-- > 0;) {
    if (isReal[position])
      next = position;
    sources[position] = next;
  }
  return move(sample, sources);
}

std::optional<Sample> Mask::disturbReal(const Sample &sample) const {
  std::vector<size_t> sources(isReal.size());
  for (size_t position = 0; position < sources.size(); ++position)
    sources[position] = position;
  size_t first = firstReal(), next = first + 1;
  while (next < isReal.size() && !isReal[next])
    ++next;
  if (next == isReal.size())
    return std::nullopt;
  sources[first] = next;
  return move(sample, sources);
}

std::optional<std::vector<size_t>> Mask::findChanges(const NpyArray &before, const NpyArray &after) const {
  std::vector<size_t> changes;
  if (before.data == after.data)
    return changes;
  if (!beginsWith(before.shape, shape) || before.shape != after.shape)
    return std::nullopt;
  size_t bytes = before.data.size() / isReal.size();
  for (size_t position = 0; position < isReal.size(); ++position)
    if (std::memcmp(before.data.data() + position * bytes, after.data.data() + position * bytes, bytes) != 0)
      changes.push_back(position);
  return changes;
}

bool Mask::changesOnlyAtPadding(const NpyArray &before, const NpyArray &after) const {
  auto changes = findChanges(before, after);
  return changes && llvm::none_of(*changes, [&](size_t position) { return isReal[position]; });
}

bool Mask::changesBeyondFirst(const NpyArray &before, const NpyArray &after) const {
  auto changes = findChanges(before, after);
  return !changes || llvm::any_of(*changes, [&](size_t p) { return isReal[p] && p != firstReal(); });
}

static std::vector<Mask> findMasks(const Sample &sample) {
  std::vector<Mask> masks;
  for (auto [input, array] : llvm::enumerate(sample))
    if (std::optional<std::vector<bool>> isReal = readMask(array))
      masks.emplace_back(input, array, std::move(*isReal));
  return masks;
}

/// Marks the elements of `array` that are not the same in `other`.
static void markChanges(NpyArray &array, const NpyArray &before, const NpyArray &after) {
  if (array.type != ElementType::Float32 || before.data.size() != after.data.size())
    return;
  for (size_t at = 0; at < array.data.size(); at += sizeof(float))
    if (std::memcmp(before.data.data() + at, after.data.data() + at, sizeof(float)) != 0)
      std::memcpy(array.data.data() + at, &kTakesNoPart, sizeof(float));
}

llvm::Expected<std::vector<NpyArray>>
runAndMarkPadding(llvm::function_ref<llvm::Expected<std::vector<NpyArray>>(const Sample &)> run,
                  llvm::ArrayRef<size_t> outputs, const Sample &sample) {
  llvm::Expected<std::vector<NpyArray>> arrays = run(sample);
  std::vector<Mask> masks = findMasks(sample);
  if (!arrays || masks.empty())
    return arrays;
  const std::vector<NpyArray> before = *arrays;
  // The model need not take data that was made up.
  auto tryRun = [&](const std::optional<Sample> &other) -> std::optional<std::vector<NpyArray>> {
    if (!other)
      return std::nullopt;
    llvm::Expected<std::vector<NpyArray>> after = run(*other);
    if (after && after->size() == before.size())
      return std::move(*after);
    llvm::consumeError(after.takeError());
    return std::nullopt;
  };
  for (const Mask &mask : masks) {
    auto padding = tryRun(mask.disturbPadding(sample));
    if (!padding ||
        !llvm::all_of(outputs, [&](size_t i) { return mask.changesOnlyAtPadding(before[i], (*padding)[i]); }))
      continue;
    auto real = tryRun(mask.disturbReal(sample));
    if (!real ||
        llvm::none_of(outputs, [&](size_t i) { return mask.changesBeyondFirst(before[i], (*real)[i]); }))
      continue;
    for (auto [array, from, to] : llvm::zip_equal(*arrays, before, *padding))
      markChanges(array, from, to);
  }
  return arrays;
}

} // namespace quern
