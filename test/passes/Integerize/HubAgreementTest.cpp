// The integer graph computes what the hub form means: both are compiled and run on the same codes. Codes may
// differ by one where float sums round; tables and movement are exact.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/passes/ConvertQuernToLinalg/CompiledFunction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace quern::test {
namespace {

constexpr const char *kStructure =
    "quern-convert-onnx-to-linalg,quern-convert-quern-to-linalg,reconcile-unrealized-casts";

/// A graph from the codes %x of type !a, dequantized as %a (and, as if they were of type !b, as %b), to %y.
struct HubGraph {
  const char *name;
  std::string input, output; ///< shapes: "1x2x4x4"
  std::string body;          ///< computes %y
  int tolerance;             ///< in codes
};

void PrintTo(const HubGraph &graph, std::ostream *stream) { *stream << graph.name; }

int64_t elements(const std::string &shape) {
  int64_t product = 1;
  for (size_t begin = 0; begin < shape.size(); begin = shape.find('x', begin) + 1) {
    product *= std::stoll(shape.substr(begin));
    if (shape.find('x', begin) == std::string::npos)
      break;
  }
  return product;
}

/// The module of `graph`, with activations as u8 or as s8.
std::string moduleText(const HubGraph &graph, bool isSigned) {
  const std::string &out = graph.output, &in = graph.input;
  const std::string storage = isSigned ? "xi8>" : "xui8>";
  std::string text = isSigned ? "!a = !quant.uniform<i8:f32, 0.05:-8>\n"
                                "!b = !quant.uniform<i8:f32, 0.03:-121>\n"
                                "!y = !quant.uniform<i8:f32, 0.09:-88>\n"
                              : "!a = !quant.uniform<u8:f32, 0.05:120>\n"
                                "!b = !quant.uniform<u8:f32, 0.03:7>\n"
                                "!y = !quant.uniform<u8:f32, 0.09:40>\n";
  text += "!w = !quant.uniform<i8:f32:0, {0.01, 0.02, 0.005, 0.013}>\n"
          "!v = !quant.uniform<i8:f32, 0.02>\n";
  text += "func.func @f(%x: tensor<" + in + "" + storage + ") -> tensor<" + out + "" + storage + " {\n";
  text += "  %none = onnx.NoValue() : () -> none\n";
  for (const char *name : {"a", "b"}) {
    std::string type = "tensor<" + in + "x!" + name + ">", codes = std::string("%codes_") + name;
    text += "  " + codes + " = quern.storage_cast %x : tensor<" + in + "" + storage + " -> " + type + "\n";
    text += std::string("  %") + name + " = quern.dequantize " + codes + " : " + type + " -> tensor<" + in +
            "xf32>\n";
  }
  text += graph.body;
  text += "  %q = quern.quantize %y : tensor<" + out + "xf32> -> tensor<" + out + "x!y>\n";
  text += "  %r = quern.storage_cast %q : tensor<" + out + "x!y> -> tensor<" + out + "" + storage + "\n";
  return text + "  return %r : tensor<" + out + "" + storage + "\n}\n";
}

/// Weight codes that differ from element to element, as a constant %w of `type`, dequantized as %wr.
std::string weight(const std::string &shape, const std::string &type) {
  std::string bytes;
  char hex[3];
  for (int64_t i = 0; i < elements(shape); ++i) {
    snprintf(hex, sizeof hex, "%02X", static_cast<unsigned>(i * 37 + 11) & 255);
    bytes += hex;
  }
  return "  %w = onnx.Constant() {value = dense<\"0x" + bytes + "\"> : tensor<" + shape +
         "xi8>} : () -> tensor<" + shape + "xi8>\n  %ws = quant.scast %w : tensor<" + shape +
         "xi8> to tensor<" + shape + "x" + type + ">\n  %wr = quern.dequantize %ws : tensor<" + shape + "x" +
         type + "> -> tensor<" + shape + "xf32>\n";
}

const std::string kImage = "tensor<1x4x6x6xf32>";

const HubGraph kGraphs[] = {
    {"Convolution", "1x4x6x6", "1x4x6x6",
     weight("4x4x3x3", "!w") +
         "  %bias = onnx.Constant() {value = dense<[0.5, -1.0, 2.0, 0.25]> : tensor<4xf32>} : () -> "
         "tensor<4xf32>\n"
         "  %c = onnx.Conv(%a, %wr, %bias) {kernel_shape = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>} "
         ": "
         "(tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>\n"
         "  %y = onnx.Relu(%c) : (tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>\n",
     1},
    {"GroupedConvolution", "1x4x6x6", "1x4x3x3",
     weight("4x2x2x2", "!w") + "  %y = onnx.Conv(%a, %wr, %none) {group = 2 : i64, kernel_shape = array<i64: "
                               "2, 2>, strides = array<i64: 2, 2>} : "
                               "(tensor<1x4x6x6xf32>, tensor<4x2x2x2xf32>, none) -> tensor<1x4x3x3xf32>\n",
     1},
    {"DepthwiseConvolution", "1x4x9", "1x4x9",
     weight("4x1x3", "!w") + "  %y = onnx.Conv(%a, %wr, %none) {group = 4 : i64, kernel_shape = array<i64: "
                             "3>, pads = array<i64: 1, 1>} : "
                             "(tensor<1x4x9xf32>, tensor<4x1x3xf32>, none) -> tensor<1x4x9xf32>\n",
     1},
    {"Gemm", "5x8", "5x4",
     weight("4x8", "!w") +
         "  %y = onnx.Gemm(%a, %wr, %none) {transB = 1 : i64} : (tensor<5x8xf32>, tensor<4x8xf32>, none) -> "
         "tensor<5x4xf32>\n",
     1},
    {"MatMulWithBiasBehind", "2x5x8", "2x5x3",
     weight("8x3", "!v") +
         "  %bias = onnx.Constant() {value = dense<[0.5, -1.0, 2.0]> : tensor<3xf32>} : () -> tensor<3xf32>\n"
         "  %c = onnx.MatMul(%a, %wr) : (tensor<2x5x8xf32>, tensor<8x3xf32>) -> tensor<2x5x3xf32>\n"
         "  %y = onnx.Add(%c, %bias) : (tensor<2x5x3xf32>, tensor<3xf32>) -> tensor<2x5x3xf32>\n",
     1},
    {"MatMulOfActivations", "2x6x6", "2x6x6",
     "  %y = onnx.MatMul(%a, %b) : (tensor<2x6x6xf32>, tensor<2x6x6xf32>) -> tensor<2x6x6xf32>\n", 1},
    {"Add", "256", "256", "  %y = onnx.Add(%a, %b) : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>\n",
     1},
    {"Sub", "256", "256", "  %y = onnx.Sub(%a, %b) : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>\n",
     1},
    {"Mul", "256", "256", "  %y = onnx.Mul(%a, %b) : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>\n",
     1},
    {"AveragePool", "1x4x6x6", "1x4x3x3",
     "  %y = onnx.AveragePool(%a) {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>, pads = "
     "array<i64: 0, 0, 1, "
     "1>} : (tensor<1x4x6x6xf32>) -> tensor<1x4x3x3xf32>\n",
     1},
    {"GlobalAveragePoolBeforeFlatten", "1x4x6x6", "1x4",
     "  %p = onnx.GlobalAveragePool(%a) : (tensor<1x4x6x6xf32>) -> tensor<1x4x1x1xf32>\n"
     "  %y = onnx.Flatten(%p) {axis = 1 : i64} : (tensor<1x4x1x1xf32>) -> tensor<1x4xf32>\n",
     1},
    {"HardSwish", "256", "256", "  %y = onnx.HardSwish(%a) : (tensor<256xf32>) -> tensor<256xf32>\n", 1},
    {"Requantize", "256", "256", "  %y = onnx.Relu(%a) : (tensor<256xf32>) -> tensor<256xf32>\n", 0},
    {"MaxPool", "1x4x6x6", "1x4x3x3",
     "  %y, %i = onnx.MaxPool(%a) {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} : "
     "(tensor<1x4x6x6xf32>) -> "
     "(tensor<1x4x3x3xf32>, none)\n",
     0},
    {"Pad", "16", "19",
     "  %pads = onnx.Constant() {value = dense<[1, 2]> : tensor<2xi64>} : () -> tensor<2xi64>\n"
     "  %y = onnx.Pad(%a, %pads, %none, %none) : (tensor<16xf32>, tensor<2xi64>, none, none) -> "
     "tensor<19xf32>\n",
     0},
    {"ConcatOfDifferentScales", "16", "32",
     "  %y = onnx.Concat(%a, %b) {axis = 0 : i64} : (tensor<16xf32>, tensor<16xf32>) -> tensor<32xf32>\n", 0},
    {"Transpose", "4x6", "6x4",
     "  %y = onnx.Transpose(%a) {perm = array<i64: 1, 0>} : (tensor<4x6xf32>) -> tensor<6x4xf32>\n", 0},
    {"Softmax", "4x20", "4x20", "  %y = onnx.Softmax(%a) : (tensor<4x20xf32>) -> tensor<4x20xf32>\n", 1},
};

class HubAgreement : public ::testing::TestWithParam<std::tuple<HubGraph, bool>> {};

TEST_P(HubAgreement, IntegersComputeWhatTheHubFormMeans) {
  const auto &[graph, isSigned] = GetParam();
  std::string text = moduleText(graph, isSigned);
  auto hub = CompiledFunction::compile(text, kStructure);
  auto integers = CompiledFunction::compile(text, std::string("func.func(quern-integerize),") + kStructure);
  ASSERT_TRUE(hub && integers) << text;
  std::mt19937 random(7);
  std::vector<uint8_t> x(elements(graph.input));
  std::ranges::generate(x, [&] { return random() & 255; });
  std::vector<uint8_t> expected(elements(graph.output)), actual(expected.size());
  (*hub)({x.data()}, expected.data());
  (*integers)({x.data()}, actual.data());
  auto distance = [isSigned](uint8_t a, uint8_t b) {
    return isSigned ? static_cast<int8_t>(a) - static_cast<int8_t>(b) : a - b;
  };
  int different = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_LE(std::abs(distance(expected[i], actual[i])), graph.tolerance) << "element " << i;
    different += expected[i] != actual[i];
  }
  EXPECT_LE(different, static_cast<int>(expected.size() / 20)) << "more than single codes differ";
}

std::string nameOf(const ::testing::TestParamInfo<std::tuple<HubGraph, bool>> &info) {
  return std::string(std::get<0>(info.param).name) + (std::get<1>(info.param) ? "OfSigned" : "OfUnsigned");
}

INSTANTIATE_TEST_SUITE_P(Graphs, HubAgreement,
                         ::testing::Combine(::testing::ValuesIn(kGraphs), ::testing::Bool()), nameOf);

} // namespace
} // namespace quern::test
