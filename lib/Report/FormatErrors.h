// Errors as JSON.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Report/ErrorPower.h"

#include "llvm/Support/JSON.h"

namespace quern {

/// {"sqnr", "cosine", "relative"}: sqnr is null where there is no error; relative is null where it is not
/// finite, and "not_finite" then counts the elements that are not, if any.
inline llvm::json::Value formatError(const ErrorPower &errors) {
  llvm::json::Object object{{"cosine", errors.cosine()}};
  std::optional<double> sqnr = errors.sqnr();
  object["sqnr"] = sqnr ? llvm::json::Value(*sqnr) : llvm::json::Value(nullptr);
  double relative = errors.relative();
  object["relative"] = std::isfinite(relative) ? llvm::json::Value(relative) : llvm::json::Value(nullptr);
  if (errors.notFinite)
    object["not_finite"] = errors.notFinite;
  return object;
}

} // namespace quern
