// Attributes that describe one value: an entry of an array on the op, or an attribute of the argument.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/Value.h"

namespace quern {

/// The entry for `value`: in the array `onResult` of its op, or the attribute `onArgument` of the argument.
/// Null where there is none.
mlir::Attribute readEntry(mlir::Value value, llvm::StringRef onResult, llvm::StringRef onArgument);

/// Writes it; entries of the op's other results stay, or become unit, which means "unknown".
void writeEntry(mlir::Value value, llvm::StringRef onResult, llvm::StringRef onArgument,
                mlir::Attribute entry);

} // namespace quern
