// Reads the elements of constant tensors, whatever form they are stored in.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

namespace quern::cpu {

/// The row-major elements of a constant tensor of byte-sized integers or floats; a view, alive as long as the
/// constant.
class ConstantElements {
public:
  /// Sees through reshapes of constants. Fails where `value` is no constant or its elements are not whole
  /// bytes.
  static mlir::FailureOr<ConstantElements> get(mlir::Value value);

  mlir::Type getElementType() const { return elementType; }
  /// Element `index` as an integer, its bits sign-extended; only for integer types.
  int64_t getSigned(int64_t index) const;
  /// The bytes of element `index`.
  llvm::ArrayRef<char> getBytes(int64_t index) const { return bytes.slice(splat ? 0 : index * width, width); }

  /// A constant of the same elements, which are those of a tensor of `type`, with the dimensions permuted.
  mlir::Value transpose(mlir::OpBuilder &builder, mlir::Location loc, mlir::RankedTensorType type,
                        llvm::ArrayRef<int64_t> permutation) const;

private:
  mlir::Type elementType;
  llvm::ArrayRef<char> bytes;
  size_t width = 1;
  bool splat = false;
};

/// A constant tensor that owns `bytes`, its row-major elements. It is a resource: not uniqued, hashed or
/// printed.
mlir::Value createResourceConstant(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name,
                                   mlir::RankedTensorType type, llvm::ArrayRef<char> bytes);

} // namespace quern::cpu
