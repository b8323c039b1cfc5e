// The operator schemas as data, for code that treats all operators alike (importer, exporter, verifier).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace quern::onnx {

enum class Occurrence { Single, Optional, Variadic };

/// One formal operand or result. Only the last of a list may be variadic.
struct ParameterSchema {
  llvm::StringLiteral name;
  Occurrence occurrence;
  llvm::StringLiteral type; ///< a type variable ("T") or a type ("tensor(int64)")
  int minimumCount;         ///< of a variadic parameter
  bool homogeneous;         ///< false: the values of a variadic parameter may differ in type
};

enum class AttributeKind { Integer, Float, String, Integers, Floats, Strings, Tensor, Type };

struct AttributeSchema {
  llvm::StringLiteral name;
  AttributeKind kind;
  bool required;
  bool hasDefault;
  llvm::StringLiteral defaultText; ///< a number, a string, or numbers separated by commas
};

/// Operands, results, attributes and regions are in the order of the op's ODS definition.
struct OpSchema {
  llvm::StringLiteral name; ///< "Conv"; the op is `onnx.Conv`
  int sinceVersion;
  llvm::ArrayRef<ParameterSchema> inputs;
  llvm::ArrayRef<ParameterSchema> outputs;
  llvm::ArrayRef<AttributeSchema> attributes;
  llvm::ArrayRef<llvm::StringLiteral> regions; ///< names of the attributes of kind GRAPH

  const AttributeSchema *attribute(llvm::StringRef name) const;
};

/// The schema of an operator of the default domain, at the newest opset; null if there is none.
const OpSchema *lookupOpSchema(llvm::StringRef opType);

/// All schemas, sorted by name.
llvm::ArrayRef<OpSchema> allOpSchemas();

} // namespace quern::onnx
