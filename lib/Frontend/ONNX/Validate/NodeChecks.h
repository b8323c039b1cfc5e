// Checks of one node against its operator's schema.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Read/Tensor.h"
#include "lib/Frontend/ONNX/Schemas/Schemas.h"
#include "lib/Frontend/ONNX/Validate/Scope.h"

#include <string>
#include <vector>

namespace quern {

using Problems = std::vector<std::string>;

/// Why no schema is in force for `op` at `opset`, and what would be accepted.
std::string explainMissingSchema(llvm::StringRef op, int opset);

/// Number of inputs and outputs; required ones present.
void checkArity(const schema::Schema &schema, const proto::NodeProto &node, Problems &problems);

/// Attributes: known, of the right kind, holding one value, required ones present, tensors sound. Graphs are
/// left to the caller.
void checkAttributes(const schema::Schema &schema, const proto::NodeProto &node, ExternalFiles &files,
                     const Limits &limits, Problems &problems);

/// Constant scales of quantizing operators: finite and positive.
void checkScales(const schema::Schema &schema, const proto::NodeProto &node, const Scope &scope,
                 ExternalFiles &files, Problems &problems);

} // namespace quern
