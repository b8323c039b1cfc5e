// The identities that make one quantizer of many.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ChannelReparameterization/Reparameterization.h"

#include "passes/QuantizationAnalysis/ActivationQuantizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace quern {
namespace {

/// Ranges about, above and below 0, of widths that differ by orders of magnitude, and a constant channel.
std::vector<RealRange> makeRanges(std::mt19937 &random) {
  std::normal_distribution<double> normal;
  std::vector<RealRange> ranges{{5, 6}, {-40, -39.5}, {3, 3}, {0, 2}, {-2, 0}};
  for (int i = 0; i < 40; ++i) {
    double width = std::exp(2 * normal(random)), middle = normal(random) * width;
    ranges.push_back({middle - width, middle + width});
  }
  return ranges;
}

QuantizerAttr makeQuantizer(mlir::MLIRContext &context, bool isSigned, Scheme scheme) {
  return QuantizerAttr::get(&context, FormatAttr::get(&context, 8, isSigned),
                            GranularityAttr::get(&context, GranularityKind::Tensor, 0), scheme);
}

class Reparameterization : public testing::Test {
protected:
  Reparameterization() { context.loadDialect<QuernDialect>(); }

  mlir::MLIRContext context;
  std::mt19937 random{7};
};

/// Counts codes that differ; away from ties, where an ulp decides.
void expectSameCodes(llvm::ArrayRef<ChannelQuantizer> channels, llvm::ArrayRef<RealRange> ranges,
                     CodeRange codes, std::mt19937 &random) {
  CodedMap coded = reparameterize(channels, codes);
  ASSERT_EQ(coded.map.channels(), int64_t(channels.size()));
  EXPECT_GE(coded.activations.zeroPoint, codes.lowest);
  EXPECT_LE(coded.activations.zeroPoint, codes.highest);
  size_t compared = 0, clamped = 0;
  for (size_t c = 0; c < channels.size(); ++c) {
    double width = std::max(ranges[c].max - ranges[c].min, 1e-3);
    // Half as far again beyond each end of the range, where codes are clamped.
    std::uniform_real_distribution<double> values(ranges[c].min - width / 2, ranges[c].max + width / 2);
    for (int i = 0; i < 2000; ++i) {
      double x = values(random), steps = x / channels[c].scale;
      if (std::abs(steps - std::floor(steps) - 0.5) < 1e-6)
        continue;
      int64_t before = std::llrint(steps) + channels[c].zeroPoint;
      double mapped = (x - coded.map.shift[c]) / coded.map.scale[c];
      int64_t after = std::llrint(mapped / coded.activations.scale) + coded.activations.zeroPoint;
      ASSERT_EQ(before, after) << "channel " << c << ", " << x;
      ++compared;
      clamped += before < codes.lowest || before > codes.highest;
      ASSERT_EQ(std::clamp<int64_t>(before, codes.lowest, codes.highest),
                std::clamp<int64_t>(after, codes.lowest, codes.highest));
    }
  }
  EXPECT_GT(compared, 1000 * channels.size());
  EXPECT_GT(clamped, channels.size());
}

TEST_F(Reparameterization, CodesAreThoseOfTheChannels) {
  for (CodeRange codes : {CodeRange::unsignedBits(8), CodeRange::signedBits(8), CodeRange::unsignedBits(4)}) {
    std::vector<RealRange> ranges = makeRanges(random);
    expectSameCodes(quantizeChannels(ranges, codes), ranges, codes, random);
  }
}

TEST_F(Reparameterization, CodesAreThoseOfTheChannelsWithoutShift) {
  for (Scheme scheme : {Scheme::Symmetric, Scheme::Asymmetric})
    for (bool isSigned : {true, false}) {
      QuantizerAttr quantizer = makeQuantizer(context, isSigned, scheme);
      std::vector<RealRange> ranges = makeRanges(random);
      Quantizer common = chooseExact(quantizer, -42, 17);
      CodeRange codes = common.codes;
      std::vector<ChannelQuantizer> channels = quantizeChannelsAlike(ranges, codes, common.zeroPoint);
      EXPECT_FALSE(reparameterize(channels, codes).map.isShifted());
      expectSameCodes(channels, ranges, codes, random);
    }
}

TEST_F(Reparameterization, RangesFillTheCodes) {
  CodeRange codes = CodeRange::unsignedBits(8);
  std::vector<RealRange> ranges{{5, 6}, {-1, 3}};
  CodedMap coded = reparameterize(quantizeChannels(ranges, codes), codes);
  for (int c : {0, 1})
    for (auto [end, code] : {std::pair(ranges[c].min, 0), std::pair(ranges[c].max, 255)})
      EXPECT_NEAR((end - coded.map.shift[c]) / coded.map.scale[c] / coded.activations.scale +
                      coded.activations.zeroPoint,
                  code, 0.51);
}

TEST_F(Reparameterization, NothingOfConstants) {
  EXPECT_TRUE(quantizeChannels({{3, 3}, {0, 0}}, CodeRange::unsignedBits(8)).empty());
}

/// The range that states a quantizer gives it back to the bit.
TEST_F(Reparameterization, RangeStatesTheQuantizer) {
  std::uniform_real_distribution<double> ends(-12, 4), widths(-20, 10);
  for (Scheme scheme : {Scheme::Symmetric, Scheme::Asymmetric})
    for (bool isSigned : {true, false})
      for (int i = 0; i < 500; ++i) {
        QuantizerAttr attribute = makeQuantizer(context, isSigned, scheme);
        double min = ends(random), max = min + std::exp2(widths(random));
        Quantizer quantizer = chooseExact(attribute, min, max);
        RealRange range = rangeOfCodes(attribute, quantizer);
        Quantizer again = chooseActivationQuantizer(attribute, range.min, range.max);
        ASSERT_EQ(again.scale, quantizer.scale);
        ASSERT_EQ(again.zeroPoint, quantizer.zeroPoint);
        ASSERT_EQ(again.codes, quantizer.codes);
      }
}

} // namespace
} // namespace quern
