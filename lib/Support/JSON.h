// JSON of a file that anyone may have written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace quern {

/// The value of `text`. llvm::json::parse recurses for each array and object, so a file of a few kilobytes
/// could overflow the stack; what nests more than 64 deep, deeper than any of our files, is refused before.
/// The error says what is wrong with the text, not which file it is of.
llvm::Expected<llvm::json::Value> parseJSON(llvm::StringRef text);

/// The member at a path of names, or null where there is none.
llvm::json::Value findMember(const llvm::json::Object &object, llvm::ArrayRef<llvm::StringRef> names);

} // namespace quern
