// The report as one file for a browser.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/Support/JSON.h"

#include <string>

namespace quern {

/// An HTML page that shows a report and holds its JSON; it refers to nothing outside itself.
std::string formatPage(const llvm::json::Value &report);

} // namespace quern
