// JSON for people, as YAML.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Runtime/Json.h"

namespace quern {

/// An object as a block of YAML whose lines begin with so many spaces: a line for each member, and for each
/// element of a member that is an array of objects; what is inside stays on the line.
std::string formatYaml(const Json &object, int indentation);

} // namespace quern
