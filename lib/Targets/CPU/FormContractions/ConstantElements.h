// Reads the elements of constant tensors, whatever form they are stored in.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

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

private:
  mlir::Type elementType;
  llvm::ArrayRef<char> bytes;
  size_t width = 1;
  bool splat = false;
};

} // namespace quern::cpu
