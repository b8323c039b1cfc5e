// Types of values as ONNX's schemas write them, carried from the inputs of a node to its outputs.
//
// A type is a string: "tensor(float)", "seq(tensor(int64))", "optional(tensor(bool))". The empty string
// stands for a type that is not known, which agrees with every type.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Proto/Proto.h"
#include "lib/Frontend/ONNX/Schemas/Schemas.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSet.h"

#include <string>
#include <vector>

namespace quern {

/// Holds type strings, so that the rest can pass references.
class TypeNames {
public:
  llvm::StringRef intern(const llvm::Twine &type) { return types.insert(type.str()).first->getKey(); }
  /// "tensor(NAME)" of the element type with this number; empty if unknown.
  llvm::StringRef tensor(int64_t elementType);
  /// The type that `type` states, without its shape; empty if it states none or an unknown element type.
  llvm::StringRef of(const proto::TypeProto &type);

private:
  llvm::StringSet<> types;
};

/// What is known about a node's surroundings when its types are inferred.
struct TypeContext {
  llvm::ArrayRef<llvm::StringRef> inputs;
  /// For nodes with bodies: the types of the outputs of the first body.
  llvm::ArrayRef<llvm::StringRef> bodyOutputs;
};

struct InferredTypes {
  llvm::SmallVector<llvm::StringRef> outputs;
  std::vector<std::string> problems;
};

/// Checks the types of `node`'s inputs against `schema` and infers those of its outputs.
InferredTypes inferTypes(const schema::Schema &schema, const proto::NodeProto &node,
                         const TypeContext &context, TypeNames &names);

/// The types that the inputs of `node`'s bodies have by the meaning of If, Loop, Scan and SequenceMap.
llvm::SmallVector<llvm::StringRef> bodyInputTypes(const proto::NodeProto &node,
                                                  llvm::ArrayRef<llvm::StringRef> inputs, TypeNames &names);

/// The attribute called `name`; null if the node has none.
const proto::AttributeProto *findAttribute(const proto::NodeProto &node, llvm::StringRef name);
int64_t integerAttribute(const proto::NodeProto &node, llvm::StringRef name, int64_t otherwise);

} // namespace quern
