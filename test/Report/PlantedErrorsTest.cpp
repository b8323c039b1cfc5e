// Models whose errors are known by construction: the report must find where they come from.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/HostCompiler.h"
#include "lib/Driver/Registration.h"
#include "lib/Driver/RunPasses.h"
#include "lib/Pipelines/Assign.h"
#include "lib/Pipelines/Quantize.h"
#include "lib/Recipe/Preset.h"
#include "lib/Report/Advice.h"
#include "lib/Report/Report.h"
#include "passes/InsertSimulation/SimulationSlots.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

#include <gtest/gtest.h>

#include <random>

using namespace mlir;
using namespace quern;

namespace {

constexpr int64_t kRows = 32, kChannels = 4;

class PlantedErrors : public ::testing::Test {
protected:
  PlantedErrors() : context(makeRegistry()) { context.loadAllAvailableDialects(); }

  static DialectRegistry makeRegistry() {
    DialectRegistry registry;
    registerDialects(registry);
    return registry;
  }

  /// One product x * w, node "product": x within `range`, w as text.
  static std::string product(llvm::StringRef range, llvm::StringRef weight) {
    return llvm::formatv(
               R"(func.func @main(%x: tensor<{0}x{1}xf32> {{onnx.name = "x", quern.range = #quern.range<{2}>})
        -> (tensor<{0}x{1}xf32> {{onnx.name = "y"}) {{
      %w = onnx.Constant() {{value = dense<{3}> : tensor<{1}x{1}xf32>} : () -> tensor<{1}x{1}xf32>
      %y = onnx.MatMul(%x, %w) {{onnx.value_names = ["y"]} : (tensor<{0}x{1}xf32>, tensor<{1}x{1}xf32>) -> tensor<{0}x{1}xf32> loc("product")
      return %y : tensor<{0}x{1}xf32>
    })",
               kRows, kChannels, range, weight)
        .str();
  }

  /// Rows of values in [-1, 1], times a factor for each channel.
  static std::vector<Sample> samples(std::array<float, kChannels> factors, float lowest = -1) {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> values(lowest, 1);
    std::vector<Sample> made;
    for (int sample = 0; sample < 3; ++sample) {
      NpyArray x{ElementType::Float32, {kRows, kChannels}, std::vector<std::byte>(kRows * kChannels * 4)};
      for (int64_t i = 0; i < kRows * kChannels; ++i)
        reinterpret_cast<float *>(x.data.data())[i] = values(random) * factors[i % kChannels];
      made.push_back({x});
    }
    return made;
  }

  void explain(const std::string &text, const Preset &preset, const std::vector<Sample> &samples) {
    floatModule = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(floatModule);
    Recipe recipe = llvm::cantFail(makeRecipe(preset));
    ASSERT_TRUE(succeeded(runPasses(
        *floatModule, [&](OpPassManager &passes) { populateAssignPipeline(passes, recipe, false); })));
    numberOps(floatModule->lookupSymbol<func::FuncOp>("main"));
    hub = floatModule->clone();
    ASSERT_TRUE(succeeded(runPasses(*hub, [](OpPassManager &passes) { populateQuantizePipeline(passes); })));
    auto model = ComparedModel::create(*floatModule, *hub, compiler.asFunction());
    ASSERT_TRUE(bool(model)) << llvm::toString(model.takeError());
    auto measured = measureErrors(*model, samples, nullptr);
    ASSERT_TRUE(bool(measured)) << llvm::toString(measured.takeError());
    report.measured = std::move(*measured);
    llvm::Error error = explainErrors(report, *floatModule, *model, samples, compiler.asFunction(), nullptr);
    ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  }

  size_t find(llvm::StringRef name) const {
    for (auto [number, node] : llvm::enumerate(report.nodes))
      if (node.name == name)
        return number;
    ADD_FAILURE() << "there is no node " << name.str();
    return 0;
  }

  Cause causeOf(llvm::StringRef name) const { return report.causes[find(name)]; }
  const CauseShares &sharesOf(llvm::StringRef name) const { return report.shares[find(name)]; }
  /// What the advice for the first node is.
  std::optional<ChangeKind> advised() const {
    auto advice = chooseAdvice(report.changes, report.tried, report.measured.outputs[0].relative(), 1);
    return advice.empty() ? std::nullopt : std::optional(report.changes[advice[0].change].kind);
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> floatModule, hub;
  HostCompiler compiler;
  Report report;
};

Preset w8a8() {
  Preset preset;
  preset.scheme = "W8A8";
  preset.methods = {};
  return preset;
}

// A diagonal of ones is coded exactly: what remains is the activation's.
constexpr const char *kIdentity =
    "[[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]";

TEST_F(PlantedErrors, ClippingIsFoundAndAWiderRangeHelps) {
  explain(product("-0.25, 0.25", kIdentity), w8a8(), samples({1, 1, 1, 1}));
  EXPECT_EQ(causeOf("product"), Cause::Clipping);
  EXPECT_GT(sharesOf("product").clipping, 0.99);
  EXPECT_EQ(advised(), ChangeKind::WiderRange);
  // E (|x| - 1/4)^2 over E x^2 for uniform x in [-1, 1]: (3/4)^3 is what is lost of a signal of 1.
  EXPECT_NEAR(report.measured.nodes[find("product")].added.relative(), 0.42, 0.05);
}

TEST_F(PlantedErrors, RoundingOfActivationsIsTold) {
  explain(product("-1.0, 1.0", kIdentity), w8a8(), samples({1, 1, 1, 1}));
  EXPECT_EQ(causeOf("product"), Cause::Rounding);
  EXPECT_NEAR(sharesOf("product").rounding, 1, 1e-6);
  // A step of 2/255 has the power step^2/12 against 1/3 of the values.
  EXPECT_NEAR(*report.measured.nodes[find("product")].added.sqnr(), -10 * std::log10(4.0 / 65025 / 12 * 3),
              0.5);
}

TEST_F(PlantedErrors, AnOutlierChannelIsFoundAndSmoothingHelps) {
  explain(product("-100.0, 100.0", kIdentity), w8a8(), samples({1, 1, 100, 1}));
  EXPECT_EQ(causeOf("product"), Cause::OutlierChannel);
  OutlierChannel outlier = findOutlier(report.measured.edges[0].values.channels);
  EXPECT_EQ(outlier.channel, 2);
  EXPECT_NEAR(outlier.ratio, 100, 10);
  size_t smoothing = report.changes.size();
  for (auto [number, change] : llvm::enumerate(report.changes))
    if (change.kind == ChangeKind::Smoothing)
      smoothing = number;
  ASSERT_LT(smoothing, report.changes.size());
  EXPECT_LT(report.tried.changes[smoothing].added.relative(),
            report.tried.present.at(find("product")).added.relative() / 2);
}

TEST_F(PlantedErrors, ARangeThatDataDoNotUseIsFoundAndANarrowerOneHelps) {
  explain(product("-10.0, 1.0", kIdentity), w8a8(), samples({1, 1, 1, 1}, /*lowest=*/0));
  EXPECT_EQ(causeOf("product"), Cause::WastedRange);
  EXPECT_NEAR(report.measured.edges[0].usedRange(), 1.0 / 11, 0.02);
  EXPECT_EQ(advised(), ChangeKind::NarrowerRange);
}

TEST_F(PlantedErrors, WeightsOfTwoBitsAreTheCauseAndEightHelp) {
  Preset preset = w8a8();
  preset.scheme = "W2A8";
  explain(product("-1.0, 1.0",
                  "[[1.0, 0.3, 0.2, 0.7], [0.2, 1.0, 0.6, 0.1], [0.4, 0.1, 1.0, 0.3], [0.6, 0.2, 0.3, 1.0]]"),
          preset, samples({1, 1, 1, 1}));
  EXPECT_EQ(causeOf("product"), Cause::WeightRounding);
  EXPECT_GT(sharesOf("product").weights, 0.99);
  EXPECT_EQ(advised(), ChangeKind::EightBits);
  EXPECT_EQ(report.weights[find("product")]->facts.bits, 2u);
}

TEST_F(PlantedErrors, WeightsOfOneScaleWithALargeChannelWantScalesOfTheirOwn) {
  Preset preset = w8a8();
  preset.weightGranularity = "tensor";
  explain(
      product(
          "-1.0, 1.0",
          "[[100.0, 0.3, 0.2, 0.7], [50.0, 1.0, 0.6, 0.1], [20.0, 0.1, 1.0, 0.3], [10.0, 0.2, 0.3, 1.0]]"),
      preset, samples({1, 1, 1, 1}));
  EXPECT_TRUE(report.weights[find("product")]->facts.perTensor);
  EXPECT_GT(report.weights[find("product")]->facts.channelRatio, kOutlierRatio);
  EXPECT_EQ(causeOf("product"), Cause::WeightRange);
}

TEST_F(PlantedErrors, ValuesThatEarlierErrorsDriveBeyondTheCodesAreSaturation) {
  Preset preset = w8a8();
  preset.scheme = "W2A8";
  preset.weightScheme = "symmetric"; // codes -1, 0, 1: 0.6 becomes 1
  std::string weight =
      "[[1.0, 0.6, 0.6, 0.6], [0.6, 1.0, 0.6, 0.6], [0.6, 0.6, 1.0, 0.6], [0.6, 0.6, 0.6, 1.0]]";
  std::string text =
      llvm::formatv(
          R"(func.func @main(%x: tensor<{0}x{1}xf32> {{onnx.name = "x", quern.range = #quern.range<0.0, 1.0>})
        -> (tensor<{0}x{1}xf32> {{onnx.name = "y"}) {{
      %w = onnx.Constant() {{value = dense<{2}> : tensor<{1}x{1}xf32>} : () -> tensor<{1}x{1}xf32>
      %v = onnx.Constant() {{value = dense<{3}> : tensor<{1}x{1}xf32>} : () -> tensor<{1}x{1}xf32>
      %h = onnx.MatMul(%x, %w) {{onnx.value_names = ["h"], quern.ranges = [#quern.range<0.0, 2.8>]} : (tensor<{0}x{1}xf32>, tensor<{1}x{1}xf32>) -> tensor<{0}x{1}xf32> loc("first")
      %y = onnx.MatMul(%h, %v) {{onnx.value_names = ["y"]} : (tensor<{0}x{1}xf32>, tensor<{1}x{1}xf32>) -> tensor<{0}x{1}xf32> loc("second")
      return %y : tensor<{0}x{1}xf32>
    })",
          kRows, kChannels, weight, kIdentity)
          .str();
  explain(text, preset, samples({1, 1, 1, 1}, /*lowest=*/0.8f));
  EXPECT_EQ(causeOf("first"), Cause::WeightRounding);
  EXPECT_EQ(causeOf("second"), Cause::Saturation);
  // What the first adds, the second inherits: its weight is the identity.
  EXPECT_NEAR(*report.measured.nodes[find("second")].inherited.sqnr(),
              *report.measured.nodes[find("first")].total.sqnr(), 1e-6);
}

TEST_F(PlantedErrors, SharesAddUpToTheErrorThatIsAdded) {
  Preset preset = w8a8();
  preset.scheme = "W3A8";
  explain(product("-0.9, 0.9",
                  "[[1.0, 0.3, 0.2, 0.7], [0.2, 1.0, 0.6, 0.1], [0.4, 0.1, 1.0, 0.3], [0.6, 0.2, 0.3, 1.0]]"),
          preset, samples({1, 2, 1, 1}));
  const CauseShares &shares = sharesOf("product");
  EXPECT_NEAR(shares.clipping + shares.saturation + shares.rounding + shares.weights, 1, 1e-9);
  const NodeErrors &errors = report.measured.nodes[find("product")];
  EXPECT_NEAR(errors.parts.total() / errors.added.error, 1, 1e-9);
  EXPECT_EQ(errors.inherited.error, 0) << "nothing comes before it";
  EXPECT_EQ(errors.total.error, errors.added.error);
}

TEST_F(PlantedErrors, TheOnlyNodeAloneIsTheWholeModel) {
  explain(product("-0.25, 0.25", kIdentity), w8a8(), samples({1, 1, 1, 1}));
  const TriedChange &present = report.tried.present.at(find("product"));
  EXPECT_EQ(present.outputs.error, report.measured.outputs[0].error);
  EXPECT_EQ(present.added.error, report.measured.nodes[find("product")].added.error);
  ASSERT_EQ(report.changes[0].kind, ChangeKind::Float);
  EXPECT_EQ(report.tried.changes[0].outputs.error, 0);
}

} // namespace
