// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/Common/Emit.h"

#include "lib/Runtime/Artefact.h"
#include "lib/Runtime/CpuFeatures.h"
#include "lib/Targets/Common/Description.h"
#include "passes/ProfileNodes/ProfileAttributes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;

namespace quern {

LogicalResult lowerModule(ModuleOp module, const Target &target) {
  DialectRegistry registry;
  target.registerDialects(registry);
  module.getContext()->appendDialectRegistry(registry);
  PassManager pm(module.getContext(), ModuleOp::getOperationName());
  target.buildLoweringPipeline(pm);
  return pm.run(module);
}

static bool isWeight(const llvm::GlobalVariable &global) {
  return global.isConstant() && global.hasInitializer() && !global.getName().starts_with("llvm.");
}

static llvm::Expected<std::unique_ptr<llvm::Module>> translate(ModuleOp lowered, llvm::LLVMContext &context,
                                                               const llvm::TargetMachine &machine) {
  std::unique_ptr<llvm::Module> module = translateModuleToLLVMIR(lowered, context, "quern");
  if (!module)
    return llvm::createStringError("the lowered model cannot be expressed in LLVM IR");
  llvm::Function *entry = module->getFunction("quern_entry");
  if (!entry || entry->isDeclaration())
    return llvm::createStringError("the lowered model has no function 'quern_entry'");
  module->setTargetTriple(machine.getTargetTriple());
  module->setDataLayout(machine.createDataLayout());
  for (llvm::Function &function : *module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr(llvm::Attribute::NoUnwind);
    if (&function != entry)
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
  }
  bool isElf = machine.getTargetTriple().isOSBinFormatELF();
  for (llvm::GlobalVariable &global : module->globals()) {
    global.setLinkage(llvm::GlobalValue::InternalLinkage);
    if (isElf && isWeight(global))
      global.setSection(kWeightsSection);
  }
  std::string problems;
  llvm::raw_string_ostream stream(problems);
  if (llvm::verifyModule(*module, &stream))
    return llvm::createStringError("the lowered model is not valid LLVM IR: " + problems);
  return std::move(module);
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine, unsigned level) {
  llvm::LoopAnalysisManager loopAnalyses;
  llvm::FunctionAnalysisManager functionAnalyses;
  llvm::CGSCCAnalysisManager callGraphAnalyses;
  llvm::ModuleAnalysisManager moduleAnalyses;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(moduleAnalyses);
  builder.registerCGSCCAnalyses(callGraphAnalyses);
  builder.registerFunctionAnalyses(functionAnalyses);
  builder.registerLoopAnalyses(loopAnalyses);
  builder.crossRegisterProxies(loopAnalyses, functionAnalyses, callGraphAnalyses, moduleAnalyses);
  static const llvm::OptimizationLevel kLevels[] = {llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1,
                                                    llvm::OptimizationLevel::O2, llvm::OptimizationLevel::O3};
  llvm::OptimizationLevel chosen = kLevels[std::min(level, 3u)];
  llvm::ModulePassManager passes = chosen == llvm::OptimizationLevel::O0
                                       ? builder.buildO0DefaultPipeline(chosen)
                                       : builder.buildPerModuleDefaultPipeline(chosen);
  passes.run(module, moduleAnalyses);
}

static llvm::Expected<std::string> generateCode(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::ObjectFile))
    return llvm::createStringError("LLVM cannot write object files for " + machine.getTargetTriple().str());
  passes.run(module);
  return std::string(bytes.data(), bytes.size());
}

/// Refuses calls to functions whose results depend on the machine's libraries, or that allocate.
static llvm::Error checkCalls(llvm::StringRef bytes, const Target &target) {
  auto file = llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(bytes, "model"));
  if (!file)
    return file.takeError();
  std::string refused;
  for (const llvm::object::SymbolRef &symbol : (*file)->symbols()) {
    auto flags = symbol.getFlags();
    auto name = symbol.getName();
    if (!flags || !name) {
      llvm::consumeError(flags.takeError());
      llvm::consumeError(name.takeError());
      continue;
    }
    if ((*flags & llvm::object::SymbolRef::SF_Undefined) && !name->empty() &&
        *name != "_GLOBAL_OFFSET_TABLE_" && !target.mayCall(*name))
      refused += (refused.empty() ? "" : ", ") + name->str();
  }
  if (refused.empty())
    return llvm::Error::success();
  return llvm::createStringError("the generated code calls functions that a compiled model must not call: " +
                                 refused);
}

static std::vector<std::string> requiredFeatures(const llvm::TargetMachine &machine) {
  std::vector<std::string> features;
  for (std::string_view feature : checkedCpuFeatures(machine.getTargetTriple().getArchName().str()))
    if (machine.getMCSubtargetInfo()->checkFeatures("+" + std::string(feature)))
      features.emplace_back(feature);
  return features;
}

/// Bytes of the constants of a module that is not optimized yet: small ones may later become part of
/// instructions.
static int64_t countWeightBytes(const llvm::Module &module) {
  int64_t bytes = 0;
  for (const llvm::GlobalVariable &global : module.globals())
    if (isWeight(global))
      bytes += module.getDataLayout().getTypeAllocSize(global.getValueType()).getFixedValue();
  return bytes;
}

int64_t countWeightBytes(ModuleOp lowered) {
  int64_t bytes = 0;
  for (auto global : lowered.getOps<LLVM::GlobalOp>())
    if (global.getConstant() && !global.getName().starts_with("llvm."))
      bytes += int64_t(DataLayout::closest(global).getTypeSize(global.getGlobalType()).getFixedValue());
  return bytes;
}

static CodeFacts collectFacts(ModuleOp lowered, const llvm::Module &module,
                              const llvm::TargetMachine &machine) {
  CodeFacts facts;
  if (auto bytes = lowered->getAttrOfType<IntegerAttr>("quern.workspace_bytes"))
    facts.workspaceBytes = bytes.getInt();
  if (auto errors = lowered->getAttrOfType<ArrayAttr>("quern.errors"))
    for (auto error : errors.getAsRange<StringAttr>())
      facts.errors.push_back(error.str());
  if (auto nodes = lowered->getAttrOfType<ArrayAttr>(kProfileAttrName)) {
    facts.profiledNodes.emplace();
    for (auto node : nodes.getAsRange<StringAttr>())
      facts.profiledNodes->push_back(node.str());
  }
  if (auto offset = lowered->getAttrOfType<IntegerAttr>(kCountersOffsetAttrName))
    facts.countersOffset = offset.getInt();
  facts.weightBytes = countWeightBytes(module);
  facts.cpuFeatures = requiredFeatures(machine);
  return facts;
}

std::string toIdentifier(llvm::StringRef name) {
  std::string identifier;
  for (char c : name)
    identifier += llvm::isAlnum(c) ? c : '_';
  return identifier.empty() || llvm::isDigit(identifier.front()) ? "_" + identifier : identifier;
}

llvm::Expected<ModelObject> emitObject(ModuleOp lowered, const Target &target, const ModelInfo &info,
                                       GetterName getterName) {
  auto machine = target.createTargetMachine();
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  auto module = translate(lowered, context, **machine);
  if (!module)
    return module.takeError();
  CodeFacts facts = collectFacts(lowered, **module, **machine);
  optimize(**module, **machine, target.record().optimizationLevel);

  ModelObject object;
  object.workspaceBytes = facts.workspaceBytes;
  object.weightBytes = facts.weightBytes;
  object.manifest = formatManifest(target, info, facts);
  object.getter = "quern_model_get";
  if (getterName == GetterName::PerModel)
    object.getter += "_" + toIdentifier(info.name);
  addDescription(**module, info, object.manifest, object.getter, facts);

  auto bytes = generateCode(**module, **machine);
  if (!bytes)
    return bytes.takeError();
  object.bytes = std::move(*bytes);
  if (llvm::Error error = checkCalls(object.bytes, target))
    return std::move(error);
  return object;
}

std::string formatHeader(const ModelObject &object, const ModelInfo &info) {
  std::string guard = llvm::StringRef(object.getter).upper() + "_H";
  return "/* Made by quernc: the model '" + toIdentifier(info.name) + "'. */\n#ifndef " + guard +
         "\n#define " + guard +
         "\n\n#include \"quern/Model.h\"\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n" +
         "const quern_model *" + object.getter + "(void);\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* " +
         guard + " */\n";
}

} // namespace quern
