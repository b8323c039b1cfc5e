// onnx.NoValue and onnx.Yield.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "dialects/ONNX/IR/ONNXDialect.h"

#define GET_OP_CLASSES
#include "dialects/ONNX/IR/Structure.h.inc"
