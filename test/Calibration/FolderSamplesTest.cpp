// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/Calibration/TemporaryFolder.h"

using namespace quern;

namespace {

using FolderSamplesTest = TemporaryFolder;

const std::vector<InputSpec> kOneInput = {{"x", ElementType::Float32, {1, 2}}};
const std::vector<InputSpec> kTwoInputs = {{"x", ElementType::Float32, {1, 2}},
                                           {"y", ElementType::Float32, {1}}};

/// A serialized TensorProto of floats: dims (field 1), data_type (2) and raw_data (9), all shorter than 128
/// bytes.
std::string makeTensorProto(const std::vector<int64_t> &shape, const std::vector<float> &values,
                            char type = 1) {
  std::string bytes;
  for (int64_t extent : shape)
    bytes += std::string("\x08") + static_cast<char>(extent);
  bytes += std::string("\x10") + type + "\x4a" + static_cast<char>(values.size() * 4);
  bytes.append(reinterpret_cast<const char *>(values.data()), values.size() * 4);
  return bytes;
}

} // namespace

TEST_F(FolderSamplesTest, ArraysNamedLikeTheInputs) {
  write("x.npy", formatNpy(makeFloats({2, 2}, {1, 2, 3, 4})));
  write("y.npy", formatNpy(makeFloats({2}, {5, 6})));
  ReadResult result = readAll(folder, kTwoInputs);
  ASSERT_EQ(result.samples.size(), 2u) << result.error;
  EXPECT_EQ(valuesOf<float>(result.samples[1][1]), (std::vector<float>{6}));
}

TEST_F(FolderSamplesTest, ManyFilesOneAfterTheOther) {
  write("s10.npy", formatNpy(makeFloats({1, 2}, {10, 0})));
  write("s9.npy", formatNpy(makeFloats({2, 2}, {8, 0, 9, 0})));
  ReadResult result = readAll(folder, kOneInput);
  ASSERT_EQ(result.samples.size(), 3u) << result.error;
  EXPECT_EQ(valuesOf<float>(result.samples[2][0])[0], 10); // 9 precedes 10
}

TEST_F(FolderSamplesTest, ManyArchives) {
  writeNpz("b.npz", {{"x", makeFloats({1, 2}, {3, 0})}, {"y", makeFloats({1}, {0})}});
  writeNpz("a.npz", {{"x", makeFloats({2, 2}, {1, 0, 2, 0})}, {"y", makeFloats({2}, {0, 0})}});
  EXPECT_EQ(readAll(folder, kTwoInputs).samples.size(), 3u);
  writeNpz("c.npz", {{"x", makeFloats({1, 3}, {3, 0, 0})}});
  std::string error = readAll(folder, kTwoInputs).error;
  EXPECT_TRUE(contains(error, "c.npz': no array for the input y")) << error;
  EXPECT_TRUE(contains(error, "c.npz': input 'x' wants")) << error;
}

TEST_F(FolderSamplesTest, TestDataSets) {
  for (int set : {0, 1, 10}) {
    std::string name = "test_data_set_" + std::to_string(set);
    write(name + "/input_0.pb", makeTensorProto({1, 2}, {static_cast<float>(set), 1}));
    write(name + "/input_1.pb", makeTensorProto({1}, {2}));
    write(name + "/output_0.pb", "not read");
  }
  ReadResult all = readAll(folder, kTwoInputs), one = readAll(path("test_data_set_10"), kTwoInputs);
  ASSERT_EQ(all.samples.size(), 3u) << all.error;
  EXPECT_EQ(valuesOf<float>(all.samples[2][0])[0], 10);
  ASSERT_EQ(one.samples.size(), 1u) << one.error;
  EXPECT_TRUE(contains(readAll(folder, kOneInput).error, "the model has only 1 inputs"));
}

TEST_F(FolderSamplesTest, TestDataThatDoesNotFit) {
  write("test_data_set_0/input_0.pb", makeTensorProto({1, 3}, {1, 2, 3}));
  EXPECT_TRUE(contains(readAll(folder, kOneInput).error,
                       "the model's input is x: 1x2xfloat32, the data 1x3xfloat32"));
  EXPECT_TRUE(contains(readAll(folder, kTwoInputs).error, "input_1.pb for the input y"));
  write("test_data_set_0/input_0.pb", makeTensorProto({1, 3}, {1, 2}));
  EXPECT_NE(readAll(folder, kOneInput).error, "");
  write("test_data_set_0/input_0.pb", "garbage");
  EXPECT_NE(readAll(folder, kOneInput).error, "");
}

TEST_F(FolderSamplesTest, NothingToReadOrTooManyKinds) {
  EXPECT_TRUE(contains(readAll(folder, kOneInput).error, "there are no samples"));
  write("x.npy", formatNpy(makeFloats({1, 2}, {1, 2})));
  EXPECT_TRUE(contains(readAll(folder, kTwoInputs).error, "no array for the input y"));
  writeNpz("a.npz", {{"x", makeFloats({1, 2}, {3, 0})}});
  EXPECT_TRUE(contains(readAll(folder, kOneInput).error, "more than one of"));
}
