// quern-opt: runs Quern's passes and stages on IR text, as mlir-opt does for MLIR's.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernDialect.h"
#include "lib/Pipelines/RegisterStages.h"
#include "lib/Targets/CPU/IR/QuernCPU.h"
#include "passes/AllPasses.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<quern::onnx::ONNXDialect, quern::QuernDialect>();
  quern::cpu::registerQuernCPUDialect(registry);
  mlir::registerAllPasses();
  quern::registerAllPasses();
  quern::registerAllStages();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Quern's optimizer driver\n", registry));
}
