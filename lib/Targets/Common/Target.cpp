// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/Target.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include "llvm/TargetParser/Triple.h"

#include <mutex>

namespace quern {

Target::~Target() = default;

bool Target::mayCall(llvm::StringRef function) const {
  static const llvm::StringSet<> kMemory = {"memcpy", "memmove", "memset", "memcmp", "bcmp"};
  static const llvm::StringSet<> kExact = {"floor", "ceil", "trunc", "roundeven", "rint",   "nearbyint",
                                           "round", "sqrt", "fmod",  "lrint",     "llrint", "fma"};
  // Functions of single precision are expanded (quern-expand-math), so that all machines compute the same.
  static const llvm::StringSet<> kDouble = {
      "exp",  "exp2", "expm1", "log",  "log2", "log10", "log1p", "pow",   "sin",   "cos", "tan", "asin",
      "acos", "atan", "atan2", "sinh", "cosh", "tanh",  "asinh", "acosh", "atanh", "erf", "cbrt"};
  llvm::StringRef exact = function;
  exact.consume_back("f");
  return kMemory.contains(function) || kDouble.contains(function) || kExact.contains(function) ||
         kExact.contains(exact);
}

static void initializeLLVMTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
    llvm::InitializeAllAsmParsers();
  });
}

static std::string hostFeatures() {
  llvm::SubtargetFeatures features;
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    features.AddFeature(feature.first(), feature.second);
  std::vector<std::string> sorted = features.getFeatures();
  std::sort(sorted.begin(), sorted.end()); // the map's order is not stable across processes
  return llvm::join(sorted, ",");
}

static llvm::Expected<const llvm::Target *> lookupTarget(const std::string &triple) {
  initializeLLVMTargets();
  std::string reason;
  if (const llvm::Target *target = llvm::TargetRegistry::lookupTarget(llvm::Triple(triple), reason))
    return target;
  return llvm::createStringError("target triple '" + triple + "': " + reason);
}

/// A clock that programs may read at any time, whatever its unit.
static llvm::Expected<std::string> findClock(const llvm::Triple &triple) {
  if (triple.isX86())
    return "llvm.readcyclecounter";
  if (triple.isAArch64())
    return "llvm.readsteadycounter";
  return llvm::createStringError("--profile: no clock is known that programs for " + triple.str() +
                                 " may read; x86 and AArch64 have one");
}

llvm::Error resolveMachine(const TargetOptions &options, TargetRecord &record) {
  bool native = options.triple.empty() && (options.cpu.empty() || options.cpu == "native");
  record.triple =
      llvm::Triple::normalize(options.triple.empty() ? llvm::sys::getDefaultTargetTriple() : options.triple);
  record.cpu = native ? llvm::sys::getHostCPUName().str() : options.cpu.empty() ? "generic" : options.cpu;
  record.features = native ? hostFeatures() : "";
  if (!options.features.empty())
    record.features += (record.features.empty() ? "" : ",") + options.features;
  record.optimizationLevel = options.optimizationLevel;
  record.sramBytes = options.sramBytes;
  record.flashBytes = options.flashBytes;

  auto target = lookupTarget(record.triple);
  if (!target)
    return target.takeError();
  if (options.profile) {
    llvm::Expected<std::string> clock = findClock(llvm::Triple(record.triple));
    if (!clock)
      return clock.takeError();
    record.profileClock = *clock;
  }
  std::unique_ptr<llvm::MCSubtargetInfo> info(
      (*target)->createMCSubtargetInfo(llvm::Triple(record.triple), "", ""));
  if (!info || !info->isCPUStringValid(record.cpu))
    return llvm::createStringError("'" + record.cpu + "' is no CPU of " + record.triple +
                                   "; run 'llc-22 -mtriple=" + record.triple + " -mcpu=help' for the list");
  llvm::SubtargetFeatures features(options.features);
  for (const std::string &feature : features.getFeatures()) {
    llvm::StringRef name = llvm::SubtargetFeatures::StripFlag(feature);
    bool known = llvm::any_of(info->getAllProcessorFeatures(),
                              [&](const llvm::SubtargetFeatureKV &entry) { return name == entry.Key; });
    if (!known)
      return llvm::createStringError("'" + name + "' is no feature of " + record.triple);
  }
  return llvm::Error::success();
}

static llvm::CodeGenOptLevel codeGenLevel(unsigned level) {
  return level == 0   ? llvm::CodeGenOptLevel::None
         : level == 1 ? llvm::CodeGenOptLevel::Less
         : level == 2 ? llvm::CodeGenOptLevel::Default
                      : llvm::CodeGenOptLevel::Aggressive;
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>> Target::createTargetMachine() const {
  auto target = lookupTarget(targetRecord.triple);
  if (!target)
    return target.takeError();
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict; // one rounding per operation, on every target
  options.FunctionSections = true;
  options.DataSections = true;
  std::unique_ptr<llvm::TargetMachine> machine((*target)->createTargetMachine(
      llvm::Triple(targetRecord.triple), targetRecord.cpu, targetRecord.features, options, llvm::Reloc::PIC_,
      std::nullopt, codeGenLevel(targetRecord.optimizationLevel)));
  if (!machine)
    return llvm::createStringError("LLVM cannot generate code for " + targetRecord.triple);
  return std::move(machine);
}

} // namespace quern
