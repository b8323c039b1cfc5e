// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Diff/Comparison.h"

#include "lib/Support/JSON.h"

namespace quern {

void SideBySide::addMember(llvm::StringRef title, const llvm::json::Object &ofA,
                           const llvm::json::Object &ofB, llvm::ArrayRef<llvm::StringRef> path) {
  fields.push_back({title.str(), findMember(ofA, path), findMember(ofB, path)});
}

void SideBySide::addCount(llvm::StringRef title, const llvm::json::Object &ofA, const llvm::json::Object &ofB,
                          llvm::StringRef array) {
  auto count = [&](const llvm::json::Object &object) -> llvm::json::Value {
    const llvm::json::Array *elements = object.getArray(array);
    return elements ? llvm::json::Value(int64_t(elements->size())) : nullptr;
  };
  fields.push_back({title.str(), count(ofA), count(ofB)});
}

} // namespace quern
