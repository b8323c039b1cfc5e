// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Table.h"

#include "lib/Numerics/Rounding.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace quern {

std::array<float, 256> makeFloatTable(const RealFunction &f, const Quantizer &input) {
  std::array<float, 256> table{};
  for (int32_t code = input.codes.lowest; code <= input.codes.highest; ++code)
    table[code - input.codes.lowest] = static_cast<float>(f(input.dequantize(code)));
  return table;
}

CodeTable makeCodeTable(const RealFunction &f, const Quantizer &input, const Quantizer &output) {
  CodeTable table{};
  std::array<float, 256> values = makeFloatTable(f, input);
  for (int32_t i = 0; i <= input.codes.steps(); ++i)
    table[i] = output.quantize(values[i]);
  return table;
}

static double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// log(1 + e^x) without overflow for large x or loss for small.
static double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

static double gelu(double x) { return 0.5 * x * (1.0 + std::erf(x / std::numbers::sqrt2)); }

static double geluByTanh(double x) {
  return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

static double elu(double x, double alpha) { return x < 0 ? alpha * std::expm1(x) : x; }

namespace {
/// A row of the table of operators. Operators without attributes ignore alpha and beta.
struct NamedFunction {
  std::string_view op;
  double (*function)(double x, double alpha, double beta);
};
} // namespace

using std::clamp;
static constexpr NamedFunction kFunctions[] = {
    {"Abs", [](double x, double, double) { return std::fabs(x); }},
    {"Acos", [](double x, double, double) { return std::acos(x); }},
    {"Acosh", [](double x, double, double) { return std::acosh(x); }},
    {"Asin", [](double x, double, double) { return std::asin(x); }},
    {"Asinh", [](double x, double, double) { return std::asinh(x); }},
    {"Atan", [](double x, double, double) { return std::atan(x); }},
    {"Atanh", [](double x, double, double) { return std::atanh(x); }},
    {"Ceil", [](double x, double, double) { return std::ceil(x); }},
    {"Celu", [](double x, double a, double) { return x < 0 ? a * std::expm1(x / a) : x; }},
    {"Cos", [](double x, double, double) { return std::cos(x); }},
    {"Cosh", [](double x, double, double) { return std::cosh(x); }},
    {"Elu", [](double x, double a, double) { return elu(x, a); }},
    {"Erf", [](double x, double, double) { return std::erf(x); }},
    {"Exp", [](double x, double, double) { return std::exp(x); }},
    {"Floor", [](double x, double, double) { return std::floor(x); }},
    {"Gelu", [](double x, double a, double) { return a == 1 ? geluByTanh(x) : gelu(x); }},
    {"HardSigmoid", [](double x, double a, double b) { return clamp(a * x + b, 0.0, 1.0); }},
    {"HardSwish", [](double x, double, double) { return x * clamp(x / 6.0 + 0.5, 0.0, 1.0); }},
    {"Identity", [](double x, double, double) { return x; }},
    {"LeakyRelu", [](double x, double a, double) { return x < 0 ? a * x : x; }},
    {"Log", [](double x, double, double) { return std::log(x); }},
    {"Mish", [](double x, double, double) { return x * std::tanh(softplus(x)); }},
    {"Neg", [](double x, double, double) { return -x; }},
    {"Reciprocal", [](double x, double, double) { return 1.0 / x; }},
    {"Relu", [](double x, double, double) { return std::max(x, 0.0); }},
    {"Round", [](double x, double, double) { return roundHalfEven(x); }},
    {"Selu", [](double x, double a, double b) { return b * elu(x, a); }},
    {"Sigmoid", [](double x, double, double) { return sigmoid(x); }},
    {"Sign", [](double x, double, double) { return static_cast<double>((x > 0) - (x < 0)); }},
    {"Sin", [](double x, double, double) { return std::sin(x); }},
    {"Sinh", [](double x, double, double) { return std::sinh(x); }},
    {"Softplus", [](double x, double, double) { return softplus(x); }},
    {"Softsign", [](double x, double, double) { return x / (1.0 + std::fabs(x)); }},
    {"Sqrt", [](double x, double, double) { return std::sqrt(x); }},
    {"Swish", [](double x, double a, double) { return x * sigmoid(a * x); }},
    {"Tan", [](double x, double, double) { return std::tan(x); }},
    {"Tanh", [](double x, double, double) { return std::tanh(x); }},
    {"ThresholdedRelu", [](double x, double a, double) { return x > a ? x : 0.0; }},
};

std::optional<RealFunction> findRealFunction(std::string_view op, double alpha, double beta) {
  const auto *row = std::ranges::find(kFunctions, op, &NamedFunction::op);
  if (row == std::end(kFunctions))
    return std::nullopt;
  return [function = row->function, alpha, beta](double x) { return function(x, alpha, beta); };
}

} // namespace quern
