// Files for a test, removed after it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/DataReader.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <span>

namespace quern {

class TemporaryFolder : public ::testing::Test {
protected:
  TemporaryFolder() {
    llvm::SmallString<128> name;
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("quern-test", name));
    folder = name.str().str();
  }
  ~TemporaryFolder() override { llvm::sys::fs::remove_directories(folder); }

  std::string path(const std::string &name) const { return folder + "/" + name; }
  std::string write(const std::string &name, const std::string &bytes) const {
    llvm::sys::fs::create_directories(llvm::sys::path::parent_path(path(name)));
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  std::string writeNpz(const std::string &name,
                       const std::vector<std::pair<std::string, NpyArray>> &arrays) const {
    std::vector<std::pair<std::string, const NpyArray *>> pointers;
    for (const auto &[key, array] : arrays)
      pointers.emplace_back(key, &array);
    std::string error;
    return write(name, formatNpz(pointers, error).value());
  }

  std::string folder;
};

template <typename T>
NpyArray makeArray(ElementType type, std::vector<int64_t> shape, const std::vector<T> &values) {
  NpyArray array{type, std::move(shape), std::vector<std::byte>(values.size() * sizeof(T))};
  std::ranges::copy(std::as_bytes(std::span(values)), array.data.begin());
  return array;
}

inline NpyArray makeFloats(std::vector<int64_t> shape, const std::vector<float> &values) {
  return makeArray(ElementType::Float32, std::move(shape), values);
}

template <typename T> std::vector<T> valuesOf(const NpyArray &array) {
  std::vector<T> values(array.data.size() / sizeof(T));
  std::ranges::copy(array.data, std::as_writable_bytes(std::span(values)).begin());
  return values;
}

/// All samples, or the text of the error.
struct ReadResult {
  std::vector<Sample> samples;
  std::string error;
};

inline ReadResult readAll(const std::string &path, const std::vector<InputSpec> &inputs) {
  ReadResult result;
  auto reader = openSamples(path, inputs);
  if (!reader) {
    result.error = llvm::toString(reader.takeError());
    return result;
  }
  Sample sample;
  while (true) {
    llvm::Expected<bool> got = (*reader)->next(sample);
    if (!got) {
      result.error = llvm::toString(got.takeError());
      return result;
    }
    if (!*got)
      break;
    result.samples.push_back(sample);
  }
  EXPECT_EQ((*reader)->count(), static_cast<int64_t>(result.samples.size()));
  return result;
}

inline bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

} // namespace quern
