// The element types of ONNX tensors: one row each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace quern {

/// The field of a TensorProto that holds elements of a type when `raw_data` does not.
enum class TypedField : uint8_t { Float, Int32, Int64, Double, UInt64, String };

struct ElementType {
  /// onnx::TensorProto::DataType.
  int number;
  /// As in the schemas: "float" of "tensor(float)".
  llvm::StringRef name;
  /// Bits of an element in `raw_data`; elements of less than a byte are packed. 0: strings.
  unsigned bits;
  TypedField field;
  /// Values of `int32_data`/`uint64_data` that the element can hold; for packed elements, of a whole byte.
  int64_t smallest = 0, largest = 0;

  bool isPacked() const { return bits != 0 && bits < 8; }
  /// Entries of the typed field that `elements` elements take.
  uint64_t fieldEntries(uint64_t elements) const;
  /// Bytes of `elements` elements in `raw_data`.
  uint64_t rawBytes(uint64_t elements) const;
};

/// Null when `number` is UNDEFINED or unknown.
const ElementType *findElementType(int number);
const ElementType *findElementType(llvm::StringRef name);
/// "float, uint8, ...": what is accepted, for messages.
std::string listElementTypes();

} // namespace quern
