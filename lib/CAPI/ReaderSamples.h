// Calibration samples from the caller's reader.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"
#include "quern/Compiler.h"

namespace quern {

/// What messages call the reader.
inline constexpr const char *kReaderName = "calibration reader";

/// Opens the reader for one reading at a time; what it gives is checked as a file is. It is rewound before
/// every reading but the first, also across calls.
OpenReader openReader(const quern_reader &reader);

} // namespace quern
