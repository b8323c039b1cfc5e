// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/Common/Jit.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"

using namespace mlir;

namespace quern {

llvm::Expected<std::unique_ptr<LoadedModel>> loadObject(const ModelObject &object) {
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  std::shared_ptr<llvm::orc::LLJIT> code = std::move(*jit);
  if (llvm::Error error = code->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(object.bytes, "model")))
    return std::move(error);
  auto address = code->lookup(object.getter);
  if (!address)
    return address.takeError();
  const quern_model *model = address->toPtr<quern_model_get_function>()();
  std::string reason;
  std::unique_ptr<LoadedModel> loaded = LoadedModel::create(model, std::move(code), reason);
  if (!loaded)
    return llvm::createStringError(reason);
  return std::move(loaded);
}

llvm::Expected<std::unique_ptr<LoadedModel>> compileAndLoad(ModuleOp module, const Target &target) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return llvm::createStringError("expected a function 'main'");
  FailureOr<Signature> signature = readSignature(main);
  if (failed(signature))
    return llvm::createStringError("the model's signature cannot be compiled");
  OwningOpRef<ModuleOp> copy = module.clone();
  if (failed(lowerModule(*copy, target)))
    return llvm::createStringError("the model cannot be lowered for target '" + target.name() + "'");
  ModelInfo info;
  info.signature = std::move(*signature);
  auto object = emitObject(*copy, target, info);
  if (!object)
    return object.takeError();
  return loadObject(*object);
}

} // namespace quern
