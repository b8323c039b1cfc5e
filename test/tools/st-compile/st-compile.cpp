#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernDialect.h"
#include "lib/Frontend/ONNX/Import.h"
#include "lib/Pipelines/Prepare.h"
#include "lib/Pipelines/Structure.h"
#include "lib/Support/Files.h"
#include "lib/Targets/Common/Emit.h"
#include "lib/Targets/Common/Lowering.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"
namespace cl = llvm::cl;
int main(int argc, char **argv) {
  cl::opt<std::string> input(cl::Positional, cl::Required);
  cl::opt<std::string> output("o", cl::Required);
  cl::opt<std::string> targetName("target", cl::init("reference"));
  cl::opt<bool> dump("dump");
  cl::ParseCommandLineOptions(argc, argv);
  std::string out = output;
  mlir::DialectRegistry registry;
  registry.insert<quern::onnx::ONNXDialect, quern::QuernDialect>();
  quern::registerCommonDialects(registry);
  mlir::MLIRContext context(registry);
  context.disableMultithreading();
  context.printOpOnDiagnostic(false);
  auto module = quern::importModel(input, context, {});
  if (failed(module)) return 1;
  mlir::PassManager pm(&context);
  quern::populatePreparePipeline(pm, {});
  quern::populateStructurePipeline(pm, {});
  if (failed(pm.run(**module))) return 1;
  if (dump) { (**module).dump(); return 0; }
  quern::TargetOptions options;
  options.name = targetName;
  auto target = quern::createTarget(options);
  if (!target) { llvm::errs() << llvm::toString(target.takeError()); return 1; }
  quern::ModelInfo info;
  auto signature = quern::readSignature((**module).lookupSymbol<mlir::func::FuncOp>("main"));
  if (failed(signature)) return 1;
  info.signature = *signature;
  if (failed(quern::lowerModule(**module, **target))) { llvm::errs() << "LOWERING FAILED\n"; return 3; }
  auto object = quern::emitObject(**module, **target, info);
  if (!object) { llvm::errs() << "error: " << llvm::toString(object.takeError()) << "\n"; return 3; }
  auto linked = quern::linkSharedObject(*object, llvm::sys::path::parent_path(out));
  if (!linked) { llvm::errs() << llvm::toString(linked.takeError()); return 3; }
  auto e = quern::writeFileAtomically(out, *linked);
  if (e) { llvm::consumeError(std::move(e)); return 3; }
  return 0;
}
