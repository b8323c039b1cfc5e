// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/ONNXNames.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;

namespace quern::onnx {

static StringRef argumentName(BlockArgument argument) {
  auto function = dyn_cast_or_null<FunctionOpInterface>(argument.getOwner()->getParentOp());
  if (!function || !argument.getOwner()->isEntryBlock())
    return {};
  auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), nameAttribute);
  return name ? name.getValue() : StringRef();
}

static StringRef nameInArray(Attribute names, unsigned index) {
  auto array = dyn_cast_or_null<ArrayAttr>(names);
  auto name = array && index < array.size() ? dyn_cast<StringAttr>(array[index]) : StringAttr();
  return name ? name.getValue() : StringRef();
}

StringRef getValueName(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return argumentName(argument);
  return nameInArray(value.getDefiningOp()->getAttr(valueNamesAttribute),
                     cast<OpResult>(value).getResultNumber());
}

void setValueName(OpResult value, StringRef name) {
  Operation *op = value.getOwner();
  SmallVector<StringRef> names;
  for (OpResult result : op->getResults())
    names.push_back(result == value ? name : getValueName(result));
  if (llvm::all_of(names, [](StringRef each) { return each.empty(); }))
    op->removeAttr(valueNamesAttribute);
  else
    op->setAttr(valueNamesAttribute, Builder(op).getStrArrayAttr(names));
}

void copyValueNames(Operation *from, Operation *to) {
  if (Attribute names = from->getAttr(valueNamesAttribute))
    to->setAttr(valueNamesAttribute, names);
}

StringRef getNodeName(Operation *op) {
  Location location = op->getLoc();
  if (auto name = location->findInstanceOf<NameLoc>())
    return name.getName();
  return {};
}

} // namespace quern::onnx
