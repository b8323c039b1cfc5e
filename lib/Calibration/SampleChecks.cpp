// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/SampleChecks.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"

#include <cmath>
#include <cstring>

namespace quern {

llvm::Error DataProblems::take() {
  if (problems.empty())
    return llvm::Error::success();
  std::string text;
  for (const std::string &problem : problems)
    text += (text.empty() ? "'" : "\n'") + path + "': " + problem;
  problems.clear();
  return llvm::createStringError(std::errc::invalid_argument, "%s", text.c_str());
}

void checkType(ElementType type, const InputSpec &input, DataProblems &problems) {
  if (type != input.type)
    problems.add("input '" + input.name + "' is of type " + elementTypeName(input.type) +
                 ", the data of type " + elementTypeName(type));
}

/// Half floats are not finite when all bits of their exponent are set.
static bool isHalfFinite(uint16_t bits) { return (bits & 0x7c00) != 0x7c00; }

/// True if `isFinite` holds for each element, read as T.
template <typename T, typename Predicate>
static bool allOf(const std::vector<std::byte> &data, Predicate isFinite) {
  for (size_t at = 0; at + sizeof(T) <= data.size(); at += sizeof(T)) {
    T value;
    std::memcpy(&value, data.data() + at, sizeof(T));
    if (!isFinite(value))
      return false;
  }
  return true;
}

static bool isFinite(const NpyArray &array) {
  switch (array.type) {
  case ElementType::Float32:
    return allOf<float>(array.data, [](float value) { return std::isfinite(value); });
  case ElementType::Float64:
    return allOf<double>(array.data, [](double value) { return std::isfinite(value); });
  case ElementType::Float16:
    return allOf<uint16_t>(array.data, isHalfFinite);
  default:
    return true;
  }
}

void checkFinite(const Sample &sample, llvm::ArrayRef<InputSpec> inputs, const llvm::Twine &place,
                 DataProblems &problems) {
  for (auto [array, input] : llvm::zip_equal(sample, inputs))
    if (!isFinite(array))
      problems.add(place + ": input '" + input.name + "' holds NaN or an infinity");
}

static std::string listNames(llvm::ArrayRef<InputSpec> inputs) {
  std::string text;
  for (const InputSpec &input : inputs)
    text += (text.empty() ? "" : ", ") + describe(input);
  return text;
}

void checkNames(llvm::ArrayRef<std::string> names, llvm::ArrayRef<InputSpec> inputs, DataProblems &problems) {
  for (const InputSpec &input : inputs)
    if (!llvm::is_contained(names, input.name))
      problems.add("no array for the input " + describe(input));
  for (auto [index, name] : llvm::enumerate(names)) {
    if (llvm::is_contained(names.take_front(index), name))
      problems.add("two arrays are named '" + name + "'");
    if (llvm::none_of(inputs, [&, &name = name](const InputSpec &input) { return input.name == name; }))
      problems.add("'" + name + "' is not an input of the model (its inputs: " + listNames(inputs) + ")");
  }
}

} // namespace quern
