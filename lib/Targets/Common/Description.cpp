// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/Common/Description.h"

#include "lib/Runtime/Artefact.h"
#include "lib/Support/Npy.h"
#include "quern/Model.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

namespace quern {

static constexpr uint64_t kWorkspaceAlignment = 64;

static llvm::json::Array describeTensors(const std::vector<TensorSignature> &tensors) {
  llvm::json::Array list;
  for (const TensorSignature &tensor : tensors)
    list.push_back(llvm::json::Object{{"name", llvm::json::fixUTF8(tensor.name)},
                                      {"type", elementTypeName(ElementType(tensor.elementType))},
                                      {"shape", llvm::json::Array(tensor.shape)}});
  return list;
}

std::string formatManifest(const Target &target, const ModelInfo &info, const CodeFacts &facts) {
  const TargetRecord &record = target.record();
  llvm::json::Object hashes;
  for (const auto &[name, hash] : info.hashes)
    hashes[name] = hash;
  llvm::json::Object manifest(info.extra);
  manifest["abi_version"] = QUERN_ABI_VERSION;
  manifest["compiler"] = kCompilerName;
  manifest["name"] = llvm::json::fixUTF8(info.name);
  manifest["target"] = record.name;
  manifest["triple"] = record.triple;
  manifest["cpu"] = record.cpu;
  manifest["cpu_features"] = llvm::json::Array(facts.cpuFeatures);
  manifest["inputs"] = describeTensors(info.signature.inputs);
  manifest["outputs"] = describeTensors(info.signature.outputs);
  manifest["workspace_bytes"] = facts.workspaceBytes;
  manifest["weight_bytes"] = facts.weightBytes;
  manifest["precision"] = info.precision;
  manifest["hashes"] = std::move(hashes);
  llvm::json::Array errors;
  for (const std::string &error : facts.errors)
    errors.push_back(llvm::json::fixUTF8(error));
  manifest["errors"] = std::move(errors);
  if (facts.profiledNodes) {
    llvm::json::Array nodes;
    for (const std::string &node : *facts.profiledNodes)
      nodes.push_back(llvm::json::fixUTF8(node));
    manifest["profile"] = llvm::json::Object{{"nodes", std::move(nodes)}, {"offset", facts.countersOffset}};
  }
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(std::move(manifest)); // prints members sorted by key
  return text;
}

namespace {

/// Builds constants that mirror the structures of include/quern/Model.h.
class DescriptionBuilder {
public:
  explicit DescriptionBuilder(llvm::Module &module)
      : module(module), context(module.getContext()), pointer(llvm::PointerType::getUnqual(context)),
        i32(llvm::Type::getInt32Ty(context)), i64(llvm::Type::getInt64Ty(context)) {}

  llvm::GlobalVariable *addConstant(llvm::Constant *value, const llvm::Twine &name) {
    return new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                                    llvm::GlobalValue::InternalLinkage, value, name);
  }

  llvm::Constant *addString(llvm::StringRef text, const llvm::Twine &name) {
    return addConstant(llvm::ConstantDataArray::getString(context, text), name);
  }

  llvm::Constant *addTensors(const std::vector<TensorSignature> &tensors, const llvm::Twine &name) {
    auto *type = llvm::StructType::get(context, {pointer, i32, i32, pointer});
    std::vector<llvm::Constant *> infos;
    for (const TensorSignature &tensor : tensors) {
      std::vector<uint64_t> shape(tensor.shape.begin(), tensor.shape.end());
      infos.push_back(llvm::ConstantStruct::get(
          type,
          {addString(tensor.name, name + ".name"), number(i32, tensor.elementType), number(i32, shape.size()),
           addConstant(llvm::ConstantDataArray::get(context, shape), name + ".shape")}));
    }
    return addConstant(llvm::ConstantArray::get(llvm::ArrayType::get(type, infos.size()), infos), name);
  }

  /// A function (ptr) -> `type` that does nothing and returns zero.
  llvm::Function *addEmptyFunction(llvm::Type *type, const llvm::Twine &name) {
    auto *function = llvm::Function::Create(llvm::FunctionType::get(type, {pointer}, /*isVarArg=*/false),
                                            llvm::GlobalValue::InternalLinkage, name, module);
    llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "", function));
    if (type->isVoidTy())
      builder.CreateRetVoid();
    else
      builder.CreateRet(llvm::Constant::getNullValue(type));
    return function;
  }

  void addGetter(llvm::Constant *description, llvm::StringRef name) {
    auto *function = llvm::Function::Create(llvm::FunctionType::get(pointer, /*isVarArg=*/false),
                                            llvm::GlobalValue::ExternalLinkage, name, module);
    llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "", function));
    builder.CreateRet(description);
  }

  /// A constant that nothing refers to, kept in `section`.
  void addSection(llvm::Constant *value, llvm::StringRef section, const llvm::Twine &name) {
    llvm::GlobalVariable *global = addConstant(value, name);
    global->setSection(section);
    llvm::appendToUsed(module, {global});
  }

  llvm::Constant *number(llvm::Type *type, uint64_t value) { return llvm::ConstantInt::get(type, value); }

  llvm::Module &module;
  llvm::LLVMContext &context;
  llvm::PointerType *pointer;
  llvm::Type *i32;
  llvm::Type *i64;
};

} // namespace

void addDescription(llvm::Module &module, const ModelInfo &info, llvm::StringRef manifest,
                    llvm::StringRef getter, const CodeFacts &facts) {
  for (llvm::GlobalValue &value : module.global_values())
    if (!value.isDeclaration() && !value.getName().starts_with("llvm."))
      value.setLinkage(llvm::GlobalValue::InternalLinkage);

  DescriptionBuilder b(module);
  bool isElf = llvm::Triple(module.getTargetTriple()).isOSBinFormatELF();
  auto *manifestText = llvm::cast<llvm::GlobalVariable>(b.addString(manifest, "quern.manifest"));
  if (isElf) {
    manifestText->setSection(kManifestSection);
    std::string checksum(kChecksumMark);
    checksum.resize(kChecksumSectionBytes, '\0');
    b.addSection(llvm::ConstantDataArray::getString(b.context, checksum, /*AddNull=*/false), kChecksumSection,
                 "quern.checksum");
  }
  std::vector<llvm::Constant *> fields = {
      b.number(b.i32, QUERN_ABI_VERSION),
      b.number(b.i32, info.signature.inputs.size()),
      b.number(b.i32, info.signature.outputs.size()),
      b.addTensors(info.signature.inputs, "quern.inputs"),
      b.addTensors(info.signature.outputs, "quern.outputs"),
      manifestText,
      b.number(b.i64, facts.workspaceBytes),
      b.number(b.i64, kWorkspaceAlignment),
      b.addEmptyFunction(b.i32, "quern.init"),
      module.getFunction("quern_entry"),
      b.addEmptyFunction(llvm::Type::getVoidTy(b.context), "quern.destroy"),
  };
  b.addGetter(b.addConstant(llvm::ConstantStruct::getAnon(fields), "quern.model"), getter);
}

} // namespace quern
