// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/OpSchemas.h"

#include "llvm/ADT/STLExtras.h"

namespace quern::onnx {

namespace {
#include "dialects/ONNX/IR/OpSchemas.inc"
} // namespace

llvm::ArrayRef<OpSchema> allOpSchemas() { return schemas; }

const OpSchema *lookupOpSchema(llvm::StringRef opType) {
  const OpSchema *found =
      llvm::lower_bound(allOpSchemas(), opType,
                        [](const OpSchema &schema, llvm::StringRef name) { return schema.name < name; });
  return found != allOpSchemas().end() && found->name == opType ? found : nullptr;
}

const AttributeSchema *OpSchema::attribute(llvm::StringRef name) const {
  const auto *found = llvm::find_if(attributes, [&](const AttributeSchema &a) { return a.name == name; });
  return found == attributes.end() ? nullptr : found;
}

} // namespace quern::onnx
