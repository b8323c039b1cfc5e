// Turns quantized ops of the hub form into integer arithmetic.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Pass/Pass.h"

namespace quern {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Integerize/Integerize.h.inc"
} // namespace quern
