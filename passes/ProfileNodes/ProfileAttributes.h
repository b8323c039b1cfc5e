// How a lowered model says which times it counts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"

namespace quern {

/// On the argument of the entry function that holds the counters.
inline constexpr llvm::StringLiteral kCountersAttrName("quern.counters");
/// On the module: what each counter counts.
inline constexpr llvm::StringLiteral kProfileAttrName("quern.profile");
/// On the module, once the counters lie in the workspace: where, in bytes.
inline constexpr llvm::StringLiteral kCountersOffsetAttrName("quern.counters_offset");

} // namespace quern
