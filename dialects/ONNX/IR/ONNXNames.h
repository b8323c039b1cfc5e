// The names that ONNX gives to values, kept through the passes for diagnostics, statistics and export.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "mlir/IR/Operation.h"

#include <string>

namespace quern::onnx {

/// Discardable attribute of an op: an array of strings, one per result, "" where the model gave no name.
inline constexpr llvm::StringLiteral valueNamesAttribute = "onnx.value_names";
/// Attribute of an argument or a result of a function: its ONNX name.
inline constexpr llvm::StringLiteral nameAttribute = "onnx.name";
/// Attribute of an argument: names of its symbolic dimensions, "" where a dimension has a size.
inline constexpr llvm::StringLiteral dimensionsAttribute = "onnx.dims";

/// The ONNX name of an op result or function argument; "" if it has none.
llvm::StringRef getValueName(mlir::Value value);

/// Gives the result of an op its ONNX name.
void setValueName(mlir::OpResult value, llvm::StringRef name);

/// `to` replaces `from` result by result: it takes over the names of its results.
void copyValueNames(mlir::Operation *from, mlir::Operation *to);

/// The ONNX node name that the importer put in the op's location; "" if there is none.
llvm::StringRef getNodeName(mlir::Operation *op);

} // namespace quern::onnx
