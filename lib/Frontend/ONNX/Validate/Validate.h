// Everything that is wrong with a model, found in one run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Read/Model.h"
#include "lib/Frontend/ONNX/Validate/ErrorLog.h"

namespace quern {

/// Checks `model` and reports every problem to `errors`. After a run without errors the model's functions are
/// called soundly and expand within the limits, every value is defined once and before its uses, every node
/// fits its schema at the stated opset, and every tensor can be read.
void validateModel(const ParsedModel &model, const Limits &limits, ErrorLog &errors);

/// The opset of the default domain that `imports` states; 0 if it states none.
int defaultOpset(const google::protobuf::RepeatedPtrField<proto::OperatorSetIdProto> &imports);

/// "" for both names of ONNX's default domain, any other name as it is.
inline llvm::StringRef canonicalDomain(llvm::StringRef domain) { return domain == "ai.onnx" ? "" : domain; }

} // namespace quern
