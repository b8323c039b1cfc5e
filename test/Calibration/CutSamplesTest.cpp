// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/CutSamples.h"

#include "lib/Calibration/SampleHash.h"

#include "llvm/ADT/STLExtras.h"

#include <gtest/gtest.h>

#include <map>

namespace quern {
namespace {

int64_t countPositions(llvm::ArrayRef<SequencePiece> pieces) {
  int64_t sum = 0;
  for (SequencePiece piece : pieces)
    sum += piece.length;
  return sum;
}

TEST(CutSequence, OneLengthThatDivides) {
  EXPECT_EQ(cutSequence(12, {{4}}, 5), (std::vector<SequencePiece>{{0, 4}, {4, 4}, {8, 4}}));
}

TEST(CutSequence, LengthsComeInTurn) {
  EXPECT_EQ(cutSequence(11, {{1, 2}, {3, 1}}, 0),
            (std::vector<SequencePiece>{{0, 1}, {1, 1}, {2, 3}, {5, 1}, {6, 1}, {7, 3}, {10, 1}}));
  EXPECT_EQ(cutSequence(5, {{1, 2}, {3, 1}}, 2), (std::vector<SequencePiece>{{0, 3}, {3, 1}, {4, 1}}));
}

TEST(CutSequence, ShorterOnesFillTheRest) {
  EXPECT_EQ(cutSequence(6, {{2}, {4}}, 1), (std::vector<SequencePiece>{{0, 4}, {4, 2}}));
  EXPECT_EQ(cutSequence(7, {{2}, {4}}, 1), (std::vector<SequencePiece>{{0, 4}, {4, 2}})); // one is left over
  EXPECT_TRUE(cutSequence(3, {{4}}, 0).empty());
  EXPECT_TRUE(cutSequence(3, {}, 0).empty());
}

TEST(CutSequence, KeepsTheBudget) {
  for (int64_t total : {1, 63, 64, 100, 2048})
    for (uint64_t phase : {0, 1, 7})
      EXPECT_EQ(countPositions(cutSequence(total, {{1}, {16, 3}, {64, 2}}, phase)), total);
}

/// Samples of two inputs: [length, 2] with the position in it, and [3] that has no length.
struct Data {
  std::vector<InputSpec> inputs{{"tokens", ElementType::Float32, {-1, 2}},
                                {"style", ElementType::Float32, {3}}};
  std::vector<Sample> samples;

  explicit Data(llvm::ArrayRef<int64_t> lengths) {
    for (auto [number, length] : llvm::enumerate(lengths)) {
      std::vector<float> tokens, style(3, float(number));
      for (int64_t i = 0; i < 2 * length; ++i)
        tokens.push_back(float(1000 * number + i));
      samples.push_back({makeArray({length, 2}, tokens), makeArray({3}, style)});
    }
  }
  static NpyArray makeArray(std::vector<int64_t> shape, const std::vector<float> &values) {
    NpyArray array;
    array.type = ElementType::Float32;
    array.shape = std::move(shape);
    array.data.resize(values.size() * sizeof(float));
    std::memcpy(array.data.data(), values.data(), array.data.size());
    return array;
  }
  std::unique_ptr<SampleReader> cut(std::vector<LengthShare> shares, std::optional<int64_t> only = {},
                                    CutOptions::Part part = CutOptions::Part::All,
                                    std::optional<int64_t> limit = {}) const {
    CutOptions options{{0, std::nullopt}, std::move(shares), only, limit, part};
    return cutSamples(makeSamplesInMemory(samples), inputs, options);
  }
};

float firstElement(const NpyArray &array) {
  float value;
  std::memcpy(&value, array.data.data(), sizeof(value));
  return value;
}

TEST(CutSamples, PiecesHoldTheSamplesElements) {
  Data data({6});
  auto pieces = data.cut({{3}});
  Sample piece;
  for (float first : {0.0f, 6.0f}) {
    ASSERT_TRUE(*pieces->next(piece));
    EXPECT_EQ(piece[0].shape, (std::vector<int64_t>{3, 2}));
    EXPECT_EQ(firstElement(piece[0]), first);
    EXPECT_EQ(piece[1].shape, std::vector<int64_t>{3});
  }
  EXPECT_FALSE(*pieces->next(piece));
  ASSERT_FALSE(pieces->rewind());
  ASSERT_TRUE(*pieces->next(piece));
  EXPECT_EQ(firstElement(piece[0]), 0);
}

std::pair<SampleHash, int64_t> summarize(const Data &data, SampleReader &reader) {
  SampleHash hash;
  int64_t positions = 0;
  EXPECT_TRUE(bool(forEachSample(reader, [&](const Sample &sample) {
    hash.add(sample, data.inputs);
    positions += sample[0].shape[0];
    return llvm::Error::success();
  })));
  return {hash, positions};
}

TEST(CutSamples, OrderOfSamplesDoesNotMatterAndLengthsAddUp) {
  Data data({64, 48, 32, 80}), shuffled = data;
  std::reverse(shuffled.samples.begin(), shuffled.samples.end());
  std::vector<LengthShare> shares{{4, 3}, {16, 1}};
  auto [hash, positions] = summarize(data, *data.cut(shares));
  EXPECT_EQ(positions, 64 + 48 + 32 + 80);
  EXPECT_EQ(summarize(shuffled, *shuffled.cut(shares)).first, hash);
  auto [shorter, shortPositions] = summarize(data, *data.cut(shares, 4));
  auto [longer, longPositions] = summarize(data, *data.cut(shares, 16));
  shorter.merge(longer);
  EXPECT_EQ(shorter, hash);
  EXPECT_EQ(shortPositions + longPositions, positions);
  EXPECT_GT(longPositions, 0);
}

TEST(CutSamples, PartsAreTheWhole) {
  Data data(std::vector<int64_t>(40, 8));
  auto [most, mostPositions] = summarize(data, *data.cut({{4}}, {}, CutOptions::Part::Most));
  auto [held, heldPositions] = summarize(data, *data.cut({{4}}, {}, CutOptions::Part::HeldBack));
  most.merge(held);
  EXPECT_EQ(most, summarize(data, *data.cut({{4}})).first);
  EXPECT_GT(mostPositions, heldPositions);
  EXPECT_GT(heldPositions, 0);
}

TEST(CutSamples, LimitCountsWholeSamples) {
  Data data({8, 8, 8});
  EXPECT_EQ(summarize(data, *data.cut({{2}}, {}, CutOptions::Part::All, 2)).second, 16);
}

TEST(CutSamples, InputsMustAgreeInLength) {
  Data data({4});
  data.inputs[1].shape = {-1};
  CutOptions options{{0, 0}, {{2}}, {}, {}};
  auto pieces = cutSamples(makeSamplesInMemory(data.samples), data.inputs, options);
  Sample piece;
  auto got = pieces->next(piece);
  ASSERT_FALSE(bool(got));
  EXPECT_EQ(llvm::toString(got.takeError()), "sample 0: input 'style' has length 3, another input 4");
}

} // namespace
} // namespace quern
