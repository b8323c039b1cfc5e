// Reading and making constants, wherever their bytes are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace quern::onnx {

/// The elements of a constant: a view of its bytes, one after another in row-major order. Elements narrower
/// than a byte take one byte each. A view of a resource does not copy it.
class ConstantView {
public:
  /// Absent if the attribute holds no plain numbers (strings, sparse tensors, a resource that is not loaded).
  static std::optional<ConstantView> of(mlir::Attribute attribute);
  /// The view of a value that is a constant.
  static std::optional<ConstantView> of(mlir::Value value);

  mlir::ShapedType getType() const { return type; }
  llvm::ArrayRef<int64_t> getShape() const { return type.getShape(); }
  mlir::Type getElementType() const { return type.getElementType(); }
  int64_t size() const { return type.getNumElements(); }
  int64_t elementBytes() const { return bytesPerElement; }

  /// The bytes of element `index`.
  llvm::ArrayRef<char> bytes(int64_t index) const {
    return data().slice((splat ? 0 : index) * bytesPerElement, bytesPerElement);
  }
  bool isSplat() const { return splat; }
  /// Element `index` of an integer or boolean constant.
  int64_t integer(int64_t index) const;
  /// Element `index` of any constant of numbers, as the nearest double.
  double real(int64_t index) const;

private:
  llvm::ArrayRef<char> data() const { return owned.empty() ? borrowed : llvm::ArrayRef<char>(owned); }

  mlir::ShapedType type;
  const llvm::fltSemantics *semantics = nullptr; ///< null for integers
  int64_t bytesPerElement = 0;
  bool splat = false;
  llvm::ArrayRef<char> borrowed;
  llvm::SmallVector<char> owned; ///< used where MLIR stores elements otherwise (bits)
};

/// Bytes that one element takes in a constant; absent for types without a fixed size.
std::optional<int64_t> bytesPerElement(mlir::Type elementType);

/// A constant of the given bytes (laid out as in ConstantView). Large ones become resources of their own, so
/// that they are not uniqued, hashed or printed.
mlir::ElementsAttr makeConstant(mlir::RankedTensorType type, llvm::ArrayRef<char> bytes);

/// As above, each number rounded (floats) or truncated (integers) to the element type.
mlir::ElementsAttr makeConstant(mlir::RankedTensorType type, llvm::ArrayRef<double> numbers);
mlir::ElementsAttr makeIntegerConstant(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> numbers);

/// The same elements under another shape: shares the bytes of a resource.
mlir::ElementsAttr reshapeConstant(mlir::ElementsAttr elements, mlir::RankedTensorType type);

/// The attribute of a value that is a constant tensor; null if it is not.
mlir::ElementsAttr getConstant(mlir::Value value);

/// The elements of a small constant of integers, of rank 0 or 1.
std::optional<llvm::SmallVector<int64_t>> getConstantIntegers(mlir::Value value);

/// The elements of a constant of floats.
std::optional<llvm::SmallVector<double>> getConstantReals(mlir::Value value);

/// The only element of a constant.
std::optional<double> getConstantScalar(mlir::Value value);

} // namespace quern::onnx
