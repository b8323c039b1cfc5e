// What the manifest of an artefact says of its nodes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

namespace quern {

/// The nodes of a hub form that compute on codes, in the order of the graph: [{"node", "op", "activations",
/// "weights"}], formats as "u8" and "s4 per group of 32"; no "weights" where there are none. Where the first
/// of two activations has scales of its rows, "first_activation" beside the format of the other.
llvm::json::Array describePrecisions(mlir::ModuleOp hubForm);

/// The names in the list that quern-report-float-residue leaves.
llvm::json::Array namesOfResidue(mlir::StringAttr residue);

} // namespace quern
