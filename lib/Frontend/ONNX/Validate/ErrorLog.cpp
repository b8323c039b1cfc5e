// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Validate/ErrorLog.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Diagnostics.h"

namespace quern {

mlir::Location nodeLocation(mlir::MLIRContext &context, const proto::NodeProto &node) {
  std::string name = node.name();
  if (name.empty())
    name = node.op_type() + ":" + (node.output_size() ? node.output(0) : "");
  return mlir::NameLoc::get(mlir::StringAttr::get(&context, name));
}

ErrorLog::ErrorLog(mlir::MLIRContext &context, llvm::StringRef path, unsigned limit)
    : context(context), modelLocation(mlir::FileLineColLoc::get(&context, path, 0, 0)), limit(limit) {}

ErrorLog::~ErrorLog() {
  if (count > limit)
    mlir::emitError(modelLocation) << "and " << (count - limit) << " more errors";
}

void ErrorLog::at(mlir::Location location, const llvm::Twine &message) {
  if (++count <= limit)
    mlir::emitError(location, message);
}

} // namespace quern
