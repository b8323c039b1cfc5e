// The CPU features that generated code may need, and whether this machine has them. Names are LLVM's.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>
#include <vector>

namespace quern {

/// Features of `architecture` ("x86_64", "aarch64", as in a triple) that LLVM selects instructions by. Those
/// that plain arithmetic never needs, such as system instructions, are not listed.
const std::vector<std::string_view> &checkedCpuFeatures(std::string_view architecture);

/// False for a feature that this machine lacks or that is not listed for it.
bool hostHasCpuFeature(std::string_view feature);

/// This machine's architecture, as in a triple.
std::string_view hostArchitecture();

} // namespace quern
