// quern_run_pipeline.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/CAPI/Pipelines.h"

#include "lib/CAPI/Listener.h"
#include "lib/Driver/Diagnostics.h"
#include "lib/Driver/Registration.h"
#include "lib/Pipelines/RegisterStages.h"
#include "passes/AllPasses.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

#include <mutex>

using namespace mlir;
using namespace quern;

void quern::registerPassesOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    mlir::registerAllPasses();
    quern::registerAllPasses();
    registerAllStages();
  });
}

/// The passes within "builtin.module(...)", or the text itself.
static StringRef stripAnchor(StringRef pipeline) {
  pipeline = pipeline.trim();
  if (pipeline.consume_front("builtin.module(") && !pipeline.consume_back(")"))
    return "builtin.module("; // the parser tells what is wrong with it
  return pipeline;
}

static quern_outcome runPipeline(StringRef text, StringRef pipeline, const CallerListener &listener,
                                 quern_bytes **result) {
  registerPassesOnce();
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry);
  Messages messages = listener.messages();
  UserDiagnostics diagnostics(context, messages);

  PassManager manager(&context, ModuleOp::getOperationName());
  std::string mistakes;
  llvm::raw_string_ostream stream(mistakes);
  if (failed(parsePassPipeline(stripAnchor(pipeline), manager, stream))) {
    listener.refuse(mistakes);
    return QUERN_WRONG_USAGE;
  }
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context, "module");
  if (!module || failed(manager.run(*module))) {
    if (diagnostics.errorCount() == 0)
      listener.refuse("a pass failed and did not tell why");
    return QUERN_REFUSED;
  }
  auto bytes = std::make_unique<quern_bytes>();
  llvm::raw_string_ostream output(bytes->text);
  module->print(output, OpPrintingFlags().enableDebugInfo());
  output << "\n";
  *result = bytes.release();
  return QUERN_DONE;
}

quern_outcome quern_run_pipeline(const char *module, const char *pipeline, const quern_listener *caller,
                                 quern_bytes **result) {
  CallerListener listener(caller);
  return guard(listener, [&] { return runPipeline(module, pipeline, listener, result); });
}
