// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/Loops/Capabilities.h"

#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include "llvm/TargetParser/Triple.h"

#include <mutex>

namespace quern::cpu {

static Capabilities readX86(const llvm::MCSubtargetInfo &subtarget) {
  auto has = [&](llvm::StringRef feature) { return subtarget.checkFeatures(("+" + feature).str()); };
  Capabilities capabilities;
  capabilities.dotPairs = true; // SSE2
  capabilities.fusedMultiplyAdd = has("fma");
  if (has("avx512f") && has("avx512bw") && has("avx512vl") && has("avx512dq")) {
    capabilities.vectorBits = 512;
    capabilities.vectorRegisters = 32;
    capabilities.broadcastOperands = true;
    capabilities.dotQuads = has("avx512vnni");
  } else if (has("avx2")) {
    capabilities.vectorBits = 256;
    capabilities.dotQuads = has("avxvnni");
  }
  return capabilities;
}

llvm::Expected<Capabilities> Capabilities::get(llvm::StringRef tripleName, llvm::StringRef cpu,
                                               llvm::StringRef features) {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
  });
  bool host = tripleName.empty() && (cpu.empty() || cpu == "native");
  llvm::Triple triple(tripleName.empty() ? llvm::sys::getProcessTriple() : tripleName.str());
  std::string error;
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return llvm::createStringError(error);
  std::string cpuName = host ? llvm::sys::getHostCPUName().str() : cpu.str();
  llvm::SubtargetFeatures all;
  if (host)
    for (const auto &feature : llvm::sys::getHostCPUFeatures())
      all.AddFeature(feature.first(), feature.second);
  std::string featureString = all.getString();
  if (!features.empty())
    featureString += (featureString.empty() ? "" : ",") + features.str();
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget(
      target->createMCSubtargetInfo(triple, cpuName, featureString));
  if (!subtarget || (!cpuName.empty() && !subtarget->isCPUStringValid(cpuName)))
    return llvm::createStringError("unknown CPU '" + cpuName + "' for " + triple.str());
  if (triple.isX86())
    return readX86(*subtarget);
  Capabilities other;
  other.fusedMultiplyAdd = triple.isAArch64();
  other.vectorRegisters = triple.isAArch64() ? 32 : 16;
  return other;
}

mlir::FailureOr<Capabilities> requireCapabilities(mlir::Operation *op, llvm::StringRef triple,
                                                  llvm::StringRef cpu, llvm::StringRef features) {
  llvm::Expected<Capabilities> capabilities = Capabilities::get(triple, cpu, features);
  if (!capabilities)
    return op->emitError(llvm::toString(capabilities.takeError()));
  return *capabilities;
}

} // namespace quern::cpu
