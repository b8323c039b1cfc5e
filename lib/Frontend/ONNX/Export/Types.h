// Types of the `onnx` dialect as ONNX states them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Proto/Proto.h"

#include "mlir/IR/BuiltinTypes.h"

namespace quern {

/// `type` as a TypeProto; quantized element types by their storage. `dimensions` names dynamic dimensions.
/// Fails if ONNX has no such type.
llvm::LogicalResult typeToProto(mlir::Type type, llvm::ArrayRef<llvm::StringRef> dimensions,
                                proto::TypeProto &proto);

/// The number of an element type, quantized ones by their storage; integers of a width that ONNX lacks by the
/// next wider type. 0 if there is none.
int elementTypeNumber(mlir::Type type);

/// As in TypeRules.h: "tensor(float)"; empty for types that ONNX lacks.
std::string typeToText(mlir::Type type);

} // namespace quern
