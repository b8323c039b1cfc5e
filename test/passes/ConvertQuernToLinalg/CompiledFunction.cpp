// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/passes/ConvertQuernToLinalg/CompiledFunction.h"

#include "passes/ConvertONNXToLinalg/ConvertONNXToLinalg.h"
#include "passes/ConvertQuernToLinalg/ConvertQuernToLinalg.h"
#include "passes/Integerize/Integerize.h"

#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/TargetSelect.h"

using namespace mlir;

namespace quern::test {

static constexpr const char *kBufferize = "builtin.module(quern-convert-quern-to-linalg,"
                                          "one-shot-bufferize{bufferize-function-boundaries "
                                          "function-boundary-type-conversion=identity-layout-map})";

// Results become pointer arguments, memrefs bare pointers: `@f` is then an ordinary C function.
static constexpr const char *kLower =
    "builtin.module(buffer-results-to-out-params{modify-public-functions hoist-static-allocs},"
    "func.func(promote-buffers-to-stack{max-alloc-size-in-bytes=1000000}, convert-linalg-to-loops),"
    "expand-strided-metadata,lower-affine,convert-scf-to-cf,finalize-memref-to-llvm,convert-math-to-llvm,"
    "convert-math-to-libm,"
    "convert-arith-to-llvm,convert-index-to-llvm,convert-cf-to-llvm,"
    "convert-func-to-llvm{use-bare-ptr-memref-call-conv},reconcile-unrealized-casts)";

/// A context that has every dialect the lowering passes through, and the passes registered.
static std::unique_ptr<MLIRContext> createContext() {
  static const bool registered = [] {
    registerAllPasses();
    quern::registerConvertONNXToLinalgPass();
    quern::registerConvertQuernToLinalgPass();
    quern::registerIntegerizePass();
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return true;
  }();
  (void)registered;
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllToLLVMIRTranslations(registry);
  registry.insert<quern::QuernDialect, quern::onnx::ONNXDialect>();
  auto context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  return context;
}

static LogicalResult run(llvm::StringRef pipeline, ModuleOp module) {
  auto passes = parsePassPipeline(pipeline);
  if (failed(passes))
    return failure();
  PassManager manager(module.getContext());
  static_cast<OpPassManager &>(manager) = *passes;
  return manager.run(module);
}

/// Makes copies loops: what memref.copy lowers to is a call of a runtime library that this process lacks.
static void replaceCopies(ModuleOp module) {
  module.walk([](memref::CopyOp copy) {
    OpBuilder builder(copy);
    linalg::makeMemRefCopyOp(builder, copy.getLoc(), copy.getSource(), copy.getTarget());
    copy.erase();
  });
}

/// The value, or null with the error printed.
template <typename T> static std::optional<T> valueOrReport(llvm::Expected<T> expected) {
  if (expected)
    return std::move(*expected);
  llvm::logAllUnhandledErrors(expected.takeError(), llvm::errs(), "cannot compile: ");
  return std::nullopt;
}

static std::unique_ptr<llvm::orc::LLJIT> load(ModuleOp module) {
  auto llvmContext = std::make_unique<llvm::LLVMContext>();
  std::unique_ptr<llvm::Module> llvmModule = translateModuleToLLVMIR(module, *llvmContext);
  if (!llvmModule)
    return nullptr;
  auto jit = valueOrReport(llvm::orc::LLJITBuilder().create());
  if (!jit)
    return nullptr;
  llvm::Error error = (*jit)->addIRModule({std::move(llvmModule), std::move(llvmContext)});
  if (!error)
    return std::move(*jit);
  llvm::logAllUnhandledErrors(std::move(error), llvm::errs(), "cannot load: ");
  return nullptr;
}

CompiledFunction::CompiledFunction(std::unique_ptr<llvm::orc::LLJIT> jit, void *entry)
    : jit(std::move(jit)), entry(entry) {}

CompiledFunction::~CompiledFunction() = default;

std::unique_ptr<CompiledFunction> CompiledFunction::compile(llvm::StringRef moduleText,
                                                            llvm::StringRef passes) {
  std::unique_ptr<MLIRContext> context = createContext();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(moduleText, context.get());
  if (!module)
    return nullptr;
  if (failed(run(("builtin.module(" + passes + ")").str(), *module)) || failed(run(kBufferize, *module)))
    return nullptr;
  replaceCopies(*module);
  if (failed(run(kLower, *module)))
    return nullptr;
  std::unique_ptr<llvm::orc::LLJIT> jit = load(*module);
  if (!jit)
    return nullptr;
  auto address = valueOrReport(jit->lookup("f"));
  if (!address)
    return nullptr;
  return std::unique_ptr<CompiledFunction>(new CompiledFunction(std::move(jit), address->toPtr<void *>()));
}

void CompiledFunction::operator()(llvm::ArrayRef<const void *> inputs, void *output) const {
  if (inputs.size() == 1)
    return reinterpret_cast<void (*)(const void *, void *)>(entry)(inputs[0], output);
  reinterpret_cast<void (*)(const void *, const void *, void *)>(entry)(inputs[0], inputs[1], output);
}

} // namespace quern::test
