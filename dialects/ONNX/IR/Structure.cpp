// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Structure.h"

#define GET_OP_CLASSES
#include "dialects/ONNX/IR/Structure.cpp.inc"

namespace quern::onnx {

mlir::OpFoldResult NoValueOp::fold(FoldAdaptor adaptor) { return mlir::UnitAttr::get(getContext()); }

void detail::registerStructureOps(ONNXDialect &dialect) { dialect.registerOps<NoValueOp, YieldOp>(); }

} // namespace quern::onnx
