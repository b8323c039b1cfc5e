// Unary functions of 8-bit codes as tables of 256 entries: exact by construction, one load at run time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace quern {

using RealFunction = std::function<double(double)>;

/// One entry for each code, in the order codes.lowest .. codes.highest: entry i is the output code of input
/// code codes.lowest + i. Formats of fewer than 8 bits fill the first entries, the rest are 0.
using CodeTable = std::array<int32_t, 256>;

/// entry(q) = output.quantize(f32(f(input.dequantize(q)))): f in double, one rounding to f32, so the entry is
/// what the float graph with a correctly rounded f gives. A NaN of f gives the lowest output code.
CodeTable makeCodeTable(const RealFunction &f, const Quantizer &input, const Quantizer &output);

/// entry(q) = f32(f(input.dequantize(q))): for a result that leaves the integer part of the graph.
std::array<float, 256> makeFloatTable(const RealFunction &f, const Quantizer &input);

/// The function that the ONNX operator `op` computes, with its attributes `alpha` and `beta` (LeakyRelu, Elu,
/// HardSigmoid, ThresholdedRelu, Celu: alpha; HardSigmoid, Selu's gamma: beta); nothing if the operator is
/// not a function of one real number. Gelu with alpha = 1 is the tanh approximation.
std::optional<RealFunction> findRealFunction(std::string_view op, double alpha = 0, double beta = 0);

} // namespace quern
