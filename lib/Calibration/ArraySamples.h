// Samples from arrays that are streamed side by side, one for each input.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/DataReader.h"

namespace quern {

/// An archive whose members are named like the inputs.
llvm::Expected<std::unique_ptr<SampleReader>> openArchive(llvm::StringRef path,
                                                          llvm::ArrayRef<InputSpec> inputs);

/// One .npy file for each input, in their order. `path` names them all in messages.
llvm::Expected<std::unique_ptr<SampleReader>>
openArrays(llvm::StringRef path, llvm::ArrayRef<std::string> files, llvm::ArrayRef<InputSpec> inputs);

} // namespace quern
