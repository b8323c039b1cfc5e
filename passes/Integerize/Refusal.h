// Why an op keeps its float arithmetic, in the words of the report.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernAttributes.h"

#include "mlir/IR/Operation.h"

#include <string>

namespace quern {

/// Discardable attribute beside kFloatReasonAttrName: what would let the op compute on integers.
inline constexpr llvm::StringLiteral kFloatRemedyAttrName = "quern.float_remedy";

/// What an analysis that fails says: `reason` states what was expected and what was found, `remedy` what the
/// user can do.
struct Refusal {
  std::string reason;
  std::string remedy;
};

/// Fills `refusal`; the return value converts to any FailureOr.
inline llvm::LogicalResult refuse(Refusal &refusal, const llvm::Twine &reason, const llvm::Twine &remedy) {
  refusal = {reason.str(), remedy.str()};
  return mlir::failure();
}

/// How messages call the producer of a value: "input 'x'", "node 'conv_3'".
std::string describeSource(mlir::Value value);

} // namespace quern
