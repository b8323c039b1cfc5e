// The four alternatives of an edge, and that the best of them is taken.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/SchemeSelection/Alternatives.h"

#include "dialects/ONNX/IR/Math.h"

#include "passes/EdgeTransforms/Method.h"
#include "passes/QuantizationAnalysis/ActivationQuantizer.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <random>

namespace quern {
namespace {

constexpr std::array kAll = {Alternative::LayerSymmetric, Alternative::LayerAsymmetric,
                             Alternative::ChannelSymmetric, Alternative::ChannelAsymmetric};
constexpr CodeRange kCodes = CodeRange::unsignedBits(8);

TEST(Alternatives, RangeFarFromZeroIsFoundAndWidened) {
  RealRange range{5, 6};
  EXPECT_EQ(wantedZeroPoint(range, kCodes), -1275); // z overflows
  EXPECT_EQ(wantedZeroPoint({-1, 1}, kCodes), 128);
  for (Alternative alternative : {Alternative::LayerSymmetric, Alternative::LayerAsymmetric}) {
    Quantizer codes = makeAlternative(alternative, range, {range}, 1, kCodes)->activations;
    EXPECT_EQ(codes.quantize(0), codes.zeroPoint);
    EXPECT_GE(codes.zeroPoint, kCodes.lowest);
    EXPECT_LE(codes.zeroPoint, kCodes.highest);
    for (float x : {0.0f, 5.0f, 5.5f, 6.0f})
      EXPECT_NEAR(codes.roundTrip(x), x, codes.scale / 2 * 1.001);
  }
  // Per channel nothing is widened: the zero point becomes a shift.
  CodedMap own = *makeAlternative(Alternative::ChannelAsymmetric, range, {range}, 1, kCodes);
  EXPECT_NEAR(own.activations.scale * own.map.scale[0], 1.0 / 255, 1e-6);
  EXPECT_TRUE(own.map.isShifted());
}

TEST(Alternatives, UnclippedOnesHoldEveryChannel) {
  std::vector<RealRange> ranges{{-3, 1}, {0.5, 0.75}, {-8, -2}, {-0.01, 0.02}};
  RealRange range{-8, 1};
  for (Alternative alternative : kAll) {
    CodedMap coded = *makeAlternative(alternative, range, ranges, 1, kCodes);
    EXPECT_EQ(coded.map.isShifted(), alternative == Alternative::ChannelAsymmetric);
    for (size_t c = 0; c < ranges.size(); ++c)
      for (double x : {ranges[c].min, (ranges[c].min + ranges[c].max) / 2, ranges[c].max}) {
        double mapped = (x - coded.map.shift[c]) / coded.map.scale[c];
        EXPECT_NEAR(coded.activations.roundTrip(float(mapped)), mapped, coded.activations.scale * 0.502)
            << alternativeNames[size_t(alternative)] << ", channel " << c << ", " << x;
      }
  }
}

TEST(Alternatives, SymmetricOnesHaveZeroInTheMiddle) {
  for (CodeRange codes : {CodeRange::unsignedBits(8), CodeRange::signedBits(8)})
    for (Alternative alternative : {Alternative::LayerSymmetric, Alternative::ChannelSymmetric})
      EXPECT_EQ(makeAlternative(alternative, {-1, 4}, {{-1, 4}}, 0.7, codes)->activations.zeroPoint,
                codes.lowest == 0 ? 128 : 0);
}

TEST(Alternatives, NothingPerChannelOfConstants) {
  EXPECT_FALSE(makeAlternative(Alternative::ChannelAsymmetric, {2, 2}, {{2, 2}}, 1, kCodes).has_value());
  EXPECT_TRUE(makeAlternative(Alternative::LayerAsymmetric, {0, 0}, {{0, 0}}, 1, kCodes).has_value());
}

/// A product of `rows` and random weights, as a function that calibration has seen.
class Selection : public testing::TestWithParam<int> {
protected:
  Selection() {
    context.loadDialect<mlir::func::FuncDialect, onnx::ONNXDialect, QuernDialect>();
    std::mt19937 random(GetParam());
    std::normal_distribution<double> normal;
    std::string rows, weights, zeros;
    std::vector<double> width, middle;
    for (int c = 0; c < kChannels; ++c) {
      width.push_back(std::exp(1.5 * normal(random)));
      middle.push_back(GetParam() % 2 ? 3 * normal(random) : 0);
    }
    for (int r = 0; r < kRows; ++r) {
      std::string row;
      for (int c = 0; c < kChannels; ++c)
        row += (c ? ", " : "") + std::to_string(middle[c] + width[c] * normal(random));
      rows += (r ? ", [" : "[") + row + "]";
    }
    for (int c = 0; c < kChannels; ++c) {
      std::string row;
      for (int o = 0; o < kOutputs; ++o)
        row += (o ? ", " : "") + std::to_string(normal(random));
      weights += (c ? ", [" : "[") + row + "]";
    }
    module = mlir::parseSourceString<mlir::ModuleOp>(
        R"(
func.func @main(%x: tensor<24x6xf32>) -> tensor<24x4xf32> {
  %one = onnx.Constant() {value = dense<1.0> : tensor<6xf32>} : () -> tensor<6xf32>
  %w = onnx.Constant() {value = dense<[)" +
            weights + R"(]> : tensor<6x4xf32>} : () -> tensor<6x4xf32>
  %n = onnx.Mul(%x, %one) {quern.rows = [dense<[)" +
            rows + R"(]> : tensor<24x6xf32>], quern.ranges = [#quern.range<-9.0, 9.0>]}
    : (tensor<24x6xf32>, tensor<6xf32>) -> tensor<24x6xf32>
  %y = onnx.MatMul(%n, %w) : (tensor<24x6xf32>, tensor<6x4xf32>) -> tensor<24x4xf32>
  return %y : tensor<24x4xf32>
})",
        &context);
  }

  static constexpr int kChannels = 6, kRows = 24, kOutputs = 4;
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TEST_P(Selection, ChosenIsNoWorseThanAnyAlternative) {
  ASSERT_TRUE(module);
  auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
  std::vector<Edge> edges = listEdges(main, /*shifted=*/false);
  ASSERT_EQ(edges.size(), 1u);
  PrecisionAttr precision = plannedPrecision(edges[0]);
  QuantizerAttr activations = precision.getActivations();
  std::optional<OutputError> error = measuredError(edges[0], precision);
  ASSERT_TRUE(error);
  const ActivationRows &rows = error->getRows();
  std::vector<RealRange> ranges(kChannels, {1e9, -1e9});
  for (int i = 0; i < kRows * kChannels; ++i)
    ranges[i % kChannels] = ranges[i % kChannels].unite({rows.values[i], rows.values[i]});
  RealRange range = ranges.front();
  for (RealRange own : ranges)
    range = range.unite(own);

  CodedSearch together(edges[0], *error, activations);
  std::array<double, 4> alone;
  for (Alternative alternative : kAll) {
    considerAlternative(alternative, range, ranges, kCodes, together);
    CodedSearch own(edges[0], *error, activations);
    alone[size_t(alternative)] = considerAlternative(alternative, range, ranges, kCodes, own);
    // Clipping is a choice: none of it is among the factors.
    CodedMap whole = *makeAlternative(alternative, range, ranges, 1, kCodes);
    EXPECT_LE(alone[size_t(alternative)], error->of(whole.map, whole.activations));
  }
  EXPECT_EQ(together.leastError(), std::min(together.errorBefore(), *std::ranges::min_element(alone)));
  ASSERT_TRUE(together.get());
  EXPECT_EQ(error->of(together.get()->map, together.get()->activations), together.leastError());

  // And that is what the range in the IR gives the quantizer.
  ASSERT_TRUE(insertCodedMap(edges[0], *together.get(), activations, "test"));
  auto product = *main.getOps<onnx::MatMulOp>().begin();
  std::optional<RealRange> written = findRange(product.getA());
  ASSERT_TRUE(written);
  Quantizer runs = chooseActivationQuantizer(activations, written->min, written->max);
  EXPECT_EQ(runs.scale, together.get()->activations.scale);
  EXPECT_EQ(runs.zeroPoint, together.get()->activations.zeroPoint);
}

INSTANTIATE_TEST_SUITE_P(Edges, Selection, testing::Range(0, 6));

} // namespace
} // namespace quern
