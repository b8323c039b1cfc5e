// Samples from ONNX's test data sets.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/DataReader.h"

namespace quern {

/// Each folder holds input_0.pb, input_1.pb, ... for the inputs in their order, and is one sample.
llvm::Expected<std::unique_ptr<SampleReader>>
openTestData(llvm::StringRef path, std::vector<std::string> folders, llvm::ArrayRef<InputSpec> inputs);

/// True if `folder` holds an input_0.pb.
bool isTestDataSet(llvm::StringRef folder);

} // namespace quern
