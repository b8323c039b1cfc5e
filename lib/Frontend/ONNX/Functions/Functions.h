// Functions that a model brings along: who calls whom, and their expansion into the graph.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Proto/Proto.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

namespace quern {

/// The functions of a model by domain, name and overload.
class FunctionTable {
public:
  explicit FunctionTable(const proto::ModelProto &model);

  /// The function that `node` calls; null if it calls an operator.
  const proto::FunctionProto *find(const proto::NodeProto &node) const;
  bool empty() const { return functions.empty(); }

private:
  llvm::StringMap<const proto::FunctionProto *> functions;
};

/// Refuses functions that call themselves, and models that hold more nodes or nest deeper than `limits` allow
/// once their functions are expanded.
llvm::Error checkExpansion(const proto::ModelProto &model, const FunctionTable &functions,
                           const Limits &limits);

/// Replaces every call by the function's nodes; values and nodes inside get the name of the calling node as a
/// prefix. The model must have passed `checkExpansion`. Afterwards it has no functions.
void expandFunctions(proto::ModelProto &model);

} // namespace quern
