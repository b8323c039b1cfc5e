// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/Calibration/TemporaryFolder.h"

#include <zip.h>

#include <cmath>

using namespace quern;

namespace {

using ArraySamplesTest = TemporaryFolder;

const std::vector<InputSpec> kTwoInputs = {{"x", ElementType::Float32, {1, 2}},
                                           {"ids", ElementType::Int64, {1}}};
const std::vector<InputSpec> kOneInput = {{"x", ElementType::Float32, {1, 2}}};

NpyArray makeIds(std::vector<int64_t> values) {
  return makeArray(ElementType::Int64, {static_cast<int64_t>(values.size())}, values);
}

} // namespace

TEST_F(ArraySamplesTest, ArchiveOfTwoInputs) {
  std::string archive =
      writeNpz("c.npz", {{"ids", makeIds({7, 8, 9})}, {"x", makeFloats({3, 1, 2}, {1, 2, 3, 4, 5, 6})}});
  ReadResult result = readAll(archive, kTwoInputs);
  ASSERT_EQ(result.error, "");
  ASSERT_EQ(result.samples.size(), 3u);
  EXPECT_EQ(result.samples[1][0].shape, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(valuesOf<float>(result.samples[1][0]), (std::vector<float>{3, 4}));
  EXPECT_EQ(valuesOf<int64_t>(result.samples[2][1]), (std::vector<int64_t>{9}));
}

TEST_F(ArraySamplesTest, DeflatedArchiveAndRewind) {
  std::string member = formatNpy(makeFloats({500, 2}, std::vector<float>(1000, 0.5f)));
  zip_t *zip = zip_open(path("c.npz").c_str(), ZIP_CREATE, nullptr);
  zip_int64_t index = zip_file_add(zip, "x.npy", zip_source_buffer(zip, member.data(), member.size(), 0), 0);
  zip_set_file_compression(zip, index, ZIP_CM_DEFLATE, 9);
  ASSERT_EQ(zip_close(zip), 0);
  auto reader = openSamples(path("c.npz"), kOneInput);
  ASSERT_TRUE(static_cast<bool>(reader)) << llvm::toString(reader.takeError());
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(llvm::cantFail(forEachSample(**reader, [](const Sample &) { return llvm::Error::success(); })),
              500);
    llvm::cantFail((*reader)->rewind());
  }
}

TEST_F(ArraySamplesTest, OneArrayForOneInput) {
  std::string file = write("any-name.npy", formatNpy(makeFloats({3, 2}, {1, 2, 3, 4, 5, 6})));
  EXPECT_EQ(readAll(file, kOneInput).samples.size(), 3u);
  EXPECT_TRUE(contains(readAll(file, kTwoInputs).error, "one array is not enough for 2 inputs"));
}

TEST_F(ArraySamplesTest, EverythingWrongIsSaidAtOnce) {
  std::string archive =
      writeNpz("c.npz", {{"x", makeArray<double>(ElementType::Float64, {3, 5}, std::vector<double>(15))},
                         {"label", makeIds({1})}});
  std::string error = readAll(archive, kTwoInputs).error;
  EXPECT_TRUE(contains(error, "no array for the input ids: 1xint64")) << error;
  EXPECT_TRUE(
      contains(error, "'label' is not an input of the model (its inputs: x: 1x2xfloat32, ids: 1xint64)"))
      << error;
  EXPECT_TRUE(contains(error, "input 'x' is of type float32, the data of type float64")) << error;
  EXPECT_TRUE(
      contains(error, "input 'x' wants [N, 1, 2] or [N, 2] for N samples, the data has the shape [3, 5]"))
      << error;
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 3) << error;
}

TEST_F(ArraySamplesTest, DifferentCountsAndNoSamples) {
  std::string differ =
      writeNpz("a.npz", {{"x", makeFloats({2, 2}, {1, 2, 3, 4})}, {"ids", makeIds({1, 2, 3})}});
  EXPECT_TRUE(contains(readAll(differ, kTwoInputs).error, "input 'x' has 2 samples, 'ids' has 3"));
  std::string none = writeNpz("b.npz", {{"x", makeFloats({0, 2}, {})}});
  EXPECT_TRUE(contains(readAll(none, kOneInput).error, "there are no samples"));
}

TEST_F(ArraySamplesTest, NaNAndInfinityNameTheSample) {
  std::string archive = writeNpz("c.npz", {{"x", makeFloats({3, 2}, {1, 2, 3, NAN, 5, 6})}});
  ReadResult result = readAll(archive, kOneInput);
  EXPECT_EQ(result.samples.size(), 1u);
  EXPECT_TRUE(contains(result.error, "sample 1: input 'x' holds NaN or an infinity")) << result.error;
  std::string half =
      writeNpz("h.npz", {{"x", makeArray<uint16_t>(ElementType::Float16, {1, 2}, {0x3c00, 0x7c00})}});
  EXPECT_TRUE(
      contains(readAll(half, {{"x", ElementType::Float16, {1, 2}}}).error, "holds NaN or an infinity"));
}

TEST_F(ArraySamplesTest, DamagedArchives) {
  std::string good = writeNpz("good.npz", {{"x", makeFloats({3, 2}, {1, 2, 3, 4, 5, 6})}});
  std::ifstream file(good, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(readAll(write("cut.npz", bytes.substr(0, bytes.size() / 2)), kOneInput).error, "");
  EXPECT_NE(readAll(write("empty.npz", ""), kOneInput).error, "");
  std::string flipped = bytes;
  flipped[flipped.find("NUMPY") + 200] ^= 1; // in the data: the checksum tells
  EXPECT_NE(readAll(write("flipped.npz", flipped), kOneInput).error, "");
  EXPECT_TRUE(contains(readAll(path("none.npz"), kOneInput).error, "No such file"));
  EXPECT_TRUE(contains(readAll(write("data.pkl", "x"), kOneInput).error, "expected a .npz archive"));
}

TEST(ForEachSample, CountsStopsAtTheLimitAndAtTheFirstError) {
  std::vector<Sample> three = {{makeIds({1})}, {makeIds({2})}, {makeIds({3})}};
  std::unique_ptr<SampleReader> samples = makeSamplesInMemory(three);
  std::vector<int64_t> seen;
  auto see = [&](const Sample &sample) {
    seen.push_back(valuesOf<int64_t>(sample[0])[0]);
    return llvm::Error::success();
  };
  EXPECT_EQ(llvm::cantFail(forEachSample(*samples, see, 2)), 2);
  EXPECT_EQ(llvm::cantFail(forEachSample(*samples, see)), 1);
  EXPECT_EQ(seen, (std::vector<int64_t>{1, 2, 3}));

  llvm::cantFail(samples->rewind());
  int calls = 0;
  auto failing = [&](const Sample &) {
    return ++calls == 2 ? llvm::createStringError("enough") : llvm::Error::success();
  };
  llvm::Expected<int64_t> count = forEachSample(*samples, failing);
  ASSERT_FALSE(static_cast<bool>(count));
  EXPECT_EQ(llvm::toString(count.takeError()), "enough");
  EXPECT_EQ(calls, 2);
}

TEST_F(ArraySamplesTest, RandomOnlyByName) {
  ReadResult first = readAll("random", kTwoInputs), second = readAll("random", kTwoInputs);
  ASSERT_EQ(first.samples.size(), 8u);
  EXPECT_EQ(first.samples[3][0].data, second.samples[3][0].data);
  EXPECT_NE(first.samples[3][0].data, first.samples[4][0].data);
  EXPECT_TRUE(contains(readAll("random", {}).error, "no inputs"));
}
