// ONNX operator schemas as they stood at each accepted opset.
//
// The `onnx` dialect models the newest opset. A model states an older one: it is checked against the schemas
// of that opset, then upgraded.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>

namespace quern::schema {

/// Opsets of the default domain that a model may state.
constexpr int oldestOpset = 7;
int newestOpset();
/// The newest `ir_version` of the pinned onnx release.
int newestIrVersion();

enum class Presence : uint8_t { Single, Optional, Variadic };

/// A range of one of the generated flat tables.
struct Slice {
  uint16_t first, count;
};

/// An input or output of an operator.
struct Parameter {
  const char *name;
  /// A type variable ("T") that is bound once per node, or a type ("tensor(int64)").
  const char *type;
  Slice types;
  Presence presence;
  /// For variadic parameters: all have one type.
  bool homogeneous;

  bool allows(llvm::StringRef type) const;
  /// The type, when `types.count` is 1.
  llvm::StringRef onlyType() const;
  /// The allowed types, shortened to what a reader needs: "float, double".
  std::string describeTypes() const;
};

struct Attribute {
  const char *name;
  /// onnx::AttributeProto::AttributeType.
  uint8_t kind;
  bool required;
};

/// One operator at one version.
struct Schema {
  const char *name;
  int sinceVersion;
  bool deprecated;
  Slice inputSlice, outputSlice, attributeSlice;
  int minInputs, maxInputs, minOutputs, maxOutputs;

  llvm::ArrayRef<Parameter> inputs() const;
  llvm::ArrayRef<Parameter> outputs() const;
  llvm::ArrayRef<Attribute> attributes() const;
  const Attribute *findAttribute(llvm::StringRef name) const;
  /// The parameter that the `index`-th value belongs to: the last one, if variadic, takes all that follow.
  const Parameter *input(size_t index) const;
  const Parameter *output(size_t index) const;
};

/// The schema of `op` in force at `opset`; null if there is none.
const Schema *find(llvm::StringRef op, int opset);
/// All versions of `op` from the one in force at the oldest accepted opset on, oldest first.
llvm::ArrayRef<Schema> history(llvm::StringRef op);
/// The operator whose name is most like `op`; empty if none is close.
llvm::StringRef closestName(llvm::StringRef op);

} // namespace quern::schema
