// Imports an ONNX file, or parses IR text, and exports it: `onnx-roundtrip IN OUT`. For tests.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Export.h"
#include "lib/Frontend/ONNX/Import.h"
#include "lib/Support/Files.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;

static FailureOr<OwningOpRef<ModuleOp>> load(StringRef path, MLIRContext &context) {
  if (!path.ends_with(".mlir"))
    return quern::importModel(path, context);
  auto module = parseSourceFile<ModuleOp>(path, &context);
  if (!module)
    return failure();
  return module;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    llvm::errs() << "usage: onnx-roundtrip IN OUT\n";
    return 2;
  }
  MLIRContext context;
  context
      .loadDialect<func::FuncDialect, quant::QuantDialect, quern::onnx::ONNXDialect, quern::QuernDialect>();
  auto module = load(argv[1], context);
  if (failed(module))
    return 1;
  FailureOr<std::string> bytes = quern::exportModel(**module);
  if (failed(bytes))
    return 1;
  if (llvm::Error error = quern::writeFileAtomically(argv[2], *bytes)) {
    llvm::errs() << "error: " << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  return 0;
}
