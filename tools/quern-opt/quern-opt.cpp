// quern-opt: runs Quern's passes and stages on IR text, as mlir-opt does for MLIR's.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Registration.h"
#include "lib/Pipelines/RegisterStages.h"
#include "passes/AllPasses.h"

#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  quern::registerDialects(registry);
  mlir::registerAllPasses();
  quern::registerAllPasses();
  quern::registerAllStages();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Quern's optimizer driver\n", registry));
}
