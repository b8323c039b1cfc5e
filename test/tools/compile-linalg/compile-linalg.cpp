// compile-linalg IN.mlir -o OUT [--name=NAME] [--target=reference] [--object] [--cpu=CPU] [--features=LIST]:
// the last two stages of quernc, for tests. With --object it writes OUT (an object file) and OUT with the
// extension ".h".
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/Files.h"
#include "lib/Targets/Common/Emit.h"
#include "lib/Targets/Common/Lowering.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

namespace cl = llvm::cl;

static llvm::Error compile(mlir::ModuleOp module, const quern::TargetOptions &options,
                           const std::string &name, const std::string &output, bool asObject) {
  auto target = quern::createTarget(options);
  if (!target)
    return target.takeError();
  quern::ModelInfo info;
  info.name = name;
  auto signature = quern::readSignature(module.lookupSymbol<mlir::func::FuncOp>("main"));
  if (failed(signature) || failed(quern::lowerModule(module, **target)))
    return llvm::createStringError("not lowered");
  info.signature = *signature;
  auto object = quern::emitObject(module, **target, info,
                                  asObject ? quern::GetterName::PerModel : quern::GetterName::Common);
  if (!object)
    return object.takeError();
  if (!asObject) {
    auto linked = quern::linkSharedObject(*object, llvm::sys::path::parent_path(output));
    return linked ? quern::writeFileAtomically(output, *linked) : linked.takeError();
  }
  llvm::SmallString<128> header(output);
  llvm::sys::path::replace_extension(header, "h");
  if (llvm::Error error = quern::writeFileAtomically(header, quern::formatHeader(*object, info)))
    return error;
  return quern::writeFileAtomically(output, object->bytes);
}

int main(int argc, char **argv) {
  cl::opt<std::string> input(cl::Positional, cl::Required);
  cl::opt<std::string> output("o", cl::Required);
  cl::opt<std::string> name("name", cl::init("model"));
  cl::opt<std::string> targetName("target", cl::init("reference"));
  cl::opt<std::string> cpu("cpu");
  cl::opt<std::string> features("features");
  cl::opt<bool> asObject("object");
  cl::ParseCommandLineOptions(argc, argv);

  mlir::DialectRegistry registry;
  quern::registerCommonDialects(registry);
  mlir::MLIRContext context(registry);
  context.allowUnregisteredDialects();
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceFile<mlir::ModuleOp>(input, &context);
  if (!module)
    return 1;
  quern::TargetOptions options;
  options.name = targetName;
  options.cpu = cpu;
  options.features = features;
  // Copies, because LLD resets the options of the command line.
  if (llvm::Error error = compile(*module, options, std::string(name), std::string(output), asObject)) {
    llvm::errs() << "error: " << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  return 0;
}
