// The values that a node may use.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Proto/Proto.h"

#include "llvm/ADT/StringMap.h"

namespace quern {

/// What is known about a value.
struct KnownValue {
  /// As in TypeRules.h; empty if not known.
  llvm::StringRef type;
  /// Its tensor if it is an initializer or the output of a Constant.
  const proto::TensorProto *constant = nullptr;
};

/// The values of one graph and, through `parent`, of those around it.
class Scope {
public:
  explicit Scope(const Scope *parent = nullptr) : parent(parent) {}

  bool hasHere(llvm::StringRef name) const { return values.contains(name); }
  const KnownValue *find(llvm::StringRef name) const {
    for (const Scope *scope = this; scope; scope = scope->parent)
      if (auto found = scope->values.find(name); found != scope->values.end())
        return &found->second;
    return nullptr;
  }
  void define(llvm::StringRef name, KnownValue value) { values[name] = value; }

private:
  const Scope *parent;
  llvm::StringMap<KnownValue> values;
};

} // namespace quern
