// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/JSON.h"

namespace quern {

static constexpr int kDeepest = 64;

static bool nestsTooDeep(llvm::StringRef text) {
  int depth = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size() && depth <= kDeepest; ++i) {
    char c = text[i];
    if (inString && c == '\\')
      ++i;
    else if (c == '"')
      inString = !inString;
    else if (!inString)
      depth += (c == '[' || c == '{') - (c == ']' || c == '}');
  }
  return depth > kDeepest;
}

llvm::Expected<llvm::json::Value> parseJSON(llvm::StringRef text) {
  if (nestsTooDeep(text))
    return llvm::createStringError("nested more than " + llvm::Twine(kDeepest) + " deep");
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(text);
  if (!value)
    return llvm::createStringError("not JSON: " + llvm::toString(value.takeError()));
  return value;
}

llvm::json::Value findMember(const llvm::json::Object &object, llvm::ArrayRef<llvm::StringRef> names) {
  const llvm::json::Object *inner = &object;
  for (llvm::StringRef name : names.drop_back()) {
    inner = inner->getObject(name);
    if (!inner)
      return nullptr;
  }
  const llvm::json::Value *value = inner->get(names.back());
  return value ? *value : llvm::json::Value(nullptr);
}

} // namespace quern
