// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Calibrate.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace quern;

namespace {

constexpr const char *kModel = R"(
module attributes {onnx.model_hash = "feed"} {
  func.func @main(%x: tensor<1x2xf32> {onnx.name = "x"}) -> (tensor<1x2xf32> {onnx.name = "y"}) {
    %y = onnx.Relu(%x) {onnx.value_names = ["y"]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
    return %y : tensor<1x2xf32>
  }
})";

/// What the instrumented model above computes: x and relu(x).
class Relu : public InstrumentedModel {
public:
  llvm::Expected<std::vector<NpyArray>> run(const Sample &inputs) override {
    NpyArray y = inputs[0];
    auto *values = reinterpret_cast<float *>(y.data.data());
    for (int i = 0; i < 2; ++i)
      values[i] = std::max(values[i], 0.0f);
    return std::vector<NpyArray>{inputs[0], y};
  }
};

class Calibrate : public ::testing::Test {
protected:
  Calibrate() {
    context.loadDialect<func::FuncDialect, quern::onnx::ONNXDialect, QuernDialect>();
    module = parseSourceString<ModuleOp>(kModel, &context);
  }

  Sample sample(float first, float second) {
    NpyArray x{ElementType::Float32, {1, 2}, std::vector<std::byte>(8)};
    float values[] = {first, second};
    std::memcpy(x.data.data(), values, sizeof values);
    return {x};
  }

  llvm::Expected<Statistics> run(std::vector<Sample> samples) {
    std::unique_ptr<SampleReader> reader = makeSamplesInMemory(std::move(samples));
    return calibrate(*module, *reader, options, [&](ModuleOp instrumented) {
      outputs = instrumented.lookupSymbol<func::FuncOp>("main").getNumResults();
      return std::make_unique<Relu>();
    });
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  CalibrateOptions options;
  unsigned outputs = 0;
};

} // namespace

TEST_F(Calibrate, StatisticsOfEveryActivation) {
  ASSERT_TRUE(module);
  llvm::Expected<Statistics> statistics = run({sample(-1, 2), sample(3, -4)});
  ASSERT_TRUE(static_cast<bool>(statistics)) << llvm::toString(statistics.takeError());
  EXPECT_EQ(outputs, 2u);
  EXPECT_EQ(statistics->modelHash, "feed");
  EXPECT_EQ(statistics->samples, 2);
  ASSERT_EQ(statistics->values.size(), 2u);
  EXPECT_EQ(statistics->values["x"].min, -4);
  EXPECT_EQ(statistics->values["y"].max, 3);
  EXPECT_EQ(statistics->values["y"].histogram.getZeros(), 2);
  EXPECT_EQ(statistics->values["x"].channels.size(), 2u);
  EXPECT_EQ(module->lookupSymbol<func::FuncOp>("main").getNumResults(), 1u); // the model itself is as it was
}

TEST_F(Calibrate, OrderDoesNotMatter) {
  llvm::Expected<Statistics> forward = run({sample(-1, 2), sample(3, -4), sample(0.1f, 0.7f)});
  llvm::Expected<Statistics> backward = run({sample(0.1f, 0.7f), sample(3, -4), sample(-1, 2)});
  ASSERT_TRUE(forward && backward);
  EXPECT_EQ(forward->toJSON(), backward->toJSON());
}

TEST_F(Calibrate, LimitOnSamplesIsASetting) {
  options.samples = 1;
  llvm::Expected<Statistics> statistics = run({sample(-1, 2), sample(3, -4)});
  ASSERT_TRUE(static_cast<bool>(statistics));
  EXPECT_EQ(statistics->samples, 1);
  EXPECT_EQ(statistics->settings["samples"], "1");
}

TEST_F(Calibrate, NoSamplesAreRefused) {
  llvm::Expected<Statistics> statistics = run({});
  ASSERT_FALSE(static_cast<bool>(statistics));
  EXPECT_EQ(llvm::toString(statistics.takeError()), "there are no samples to calibrate with");
}

TEST_F(Calibrate, NonFiniteActivationsAreCounted) {
  llvm::Expected<Statistics> statistics = run({sample(NAN, 2)});
  ASSERT_TRUE(static_cast<bool>(statistics));
  EXPECT_EQ(statistics->values["x"].nonFinite, 1);
}

TEST_F(Calibrate, InputSpecs) {
  FailureOr<std::vector<InputSpec>> specs = readInputSpecs(*module);
  ASSERT_TRUE(succeeded(specs));
  EXPECT_EQ(describe((*specs)[0]), "x: 1x2xfloat32");
}
