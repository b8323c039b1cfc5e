// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/ExtraInput.h"

#include "dialects/ONNX/IR/ONNXNames.h"

using namespace mlir;

namespace quern {

BlockArgument addExtraInput(func::FuncOp function, RankedTensorType type, const Twine &name) {
  Builder builder(function.getContext());
  auto attributes =
      builder.getDictionaryAttr(builder.getNamedAttr(onnx::nameAttribute, builder.getStringAttr(name)));
  unsigned number = function.getNumArguments();
  (void)function.insertArgument(number, type, attributes, function.getLoc());
  return function.getArgument(number);
}

} // namespace quern
