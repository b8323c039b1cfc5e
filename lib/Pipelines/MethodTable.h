// The methods that transform edges, as data: adding one is adding a line (docs/adding-a-method.md).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Pass/Pass.h"
#include "llvm/ADT/ArrayRef.h"

#include <memory>

namespace quern {

/// What a method changes, which is good for some schemes only.
enum class MethodPurpose {
  Any,         ///< looks at weights alone
  WeightsOnly, ///< activations stay float
  CodesOfBoth, ///< shares difficulty between two operands that are codes
};

/// Whether a method measures errors on sampled rows of activations (`quern.rows`): never, where there are
/// any, or always.
enum class RowsOfMethod { None, Wanted, Needed };

/// A method of --method and of recipes: a pass on a function that inserts quern.edge_transform, or marks what
/// gets other codes.
struct Method {
  llvm::StringRef name; ///< as users write it, and as provenance states it
  MethodPurpose purpose;
  RowsOfMethod rows;
  std::unique_ptr<mlir::Pass> (*create)();
  /// It chooses codes for channels as another method left them, and comes after that.
  bool followsOwner = false;

  /// One edge has one owner of its scale; methods that look at weights alone are none.
  bool setsScalesOfActivations() const { return purpose != MethodPurpose::Any && !followsOwner; }
};

/// Every method.
llvm::ArrayRef<Method> allMethods();

} // namespace quern
