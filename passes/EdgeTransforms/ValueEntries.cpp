// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/ValueEntries.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;

namespace quern {

static FunctionOpInterface functionOf(BlockArgument argument) {
  return dyn_cast_or_null<FunctionOpInterface>(argument.getOwner()->getParentOp());
}

Attribute readEntry(Value value, StringRef onResult, StringRef onArgument) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    FunctionOpInterface function = functionOf(argument);
    return function ? function.getArgAttr(argument.getArgNumber(), onArgument) : Attribute();
  }
  auto result = cast<OpResult>(value);
  auto entries = result.getOwner()->getAttrOfType<ArrayAttr>(onResult);
  return entries && result.getResultNumber() < entries.size() ? entries[result.getResultNumber()]
                                                              : Attribute();
}

void writeEntry(Value value, StringRef onResult, StringRef onArgument, Attribute entry) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return functionOf(argument).setArgAttr(argument.getArgNumber(), onArgument, entry);
  auto result = cast<OpResult>(value);
  Operation *op = result.getOwner();
  SmallVector<Attribute> entries(op->getNumResults(), UnitAttr::get(op->getContext()));
  if (auto known = op->getAttrOfType<ArrayAttr>(onResult); known && known.size() == entries.size())
    llvm::copy(known, entries.begin());
  entries[result.getResultNumber()] = entry;
  op->setAttr(onResult, ArrayAttr::get(op->getContext(), entries));
}

} // namespace quern
