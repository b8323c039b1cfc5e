// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Registration.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernDialect.h"
#include "lib/Targets/Common/Lowering.h"
#include "lib/Targets/Target.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"

namespace quern {

void registerDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<onnx::ONNXDialect, QuernDialect>();
  registerCommonDialects(registry);
}

} // namespace quern
