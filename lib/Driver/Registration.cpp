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
  for (llvm::StringRef name : targetNames()) {
    TargetOptions options;
    options.name = name.str();
    if (auto target = createTarget(options))
      (*target)->registerDialects(registry);
    else
      llvm::consumeError(
          target.takeError()); // one that this machine cannot be the default of is configured later
  }
}

} // namespace quern
