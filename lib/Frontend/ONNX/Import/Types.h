// Types of ONNX values as types of the `onnx` dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Proto/Proto.h"

#include "mlir/IR/BuiltinTypes.h"

#include <map>

namespace quern {

/// The type that ONNX writes as `text` ("tensor(float)", "seq(tensor(int64))"); tensors have no rank. Null if
/// there is no such type.
mlir::Type typeFromText(llvm::StringRef text, mlir::MLIRContext *context);

/// The type that `type` states, with its shape; null if it states none. Symbolic dimensions found in
/// `dimensions` take their size from there.
mlir::Type typeFromProto(const proto::TypeProto &type, const std::map<std::string, int64_t> &dimensions,
                         mlir::MLIRContext *context);

/// The names of a tensor type's symbolic dimensions, "" for sizes; empty if nothing is symbolic or all are
/// bound.
llvm::SmallVector<llvm::StringRef> symbolicDimensions(const proto::TypeProto &type,
                                                      const std::map<std::string, int64_t> &dimensions);

} // namespace quern
