// The CPU target: channels last, packed weights, register-tiled kernels, tasks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/ChannelsLast/ChannelsLast.h"
#include "lib/Targets/CPU/FormContractions/FormContractions.h"
#include "lib/Targets/CPU/IR/QuernCPU.h"
#include "lib/Targets/CPU/Loops/Capabilities.h"
#include "lib/Targets/CPU/LowerContractions/LowerContractions.h"
#include "lib/Targets/CPU/OutlineTasks/OutlineTasks.h"
#include "lib/Targets/CPU/PadInPlace/PadInPlace.h"
#include "lib/Targets/CPU/VectorizeLoops/VectorizeLoops.h"
#include "lib/Targets/Common/Lowering.h"
#include "lib/Targets/Target.h"
#include "passes/PrepareBufferization/PrepareBufferization.h"
#include "passes/UnrollCopies/UnrollCopies.h"

#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

namespace quern {
namespace {

class CPUTarget : public Target {
public:
  llvm::Error configure(const TargetOptions &options) override {
    targetRecord.name = "cpu";
    if (llvm::Error error = resolveMachine(options, targetRecord))
      return error;
    llvm::Expected<cpu::Capabilities> found =
        cpu::Capabilities::get(targetRecord.triple, targetRecord.cpu, targetRecord.features);
    if (!found)
      return found.takeError();
    targetRecord.vectorBits = found->vectorBits;
    targetRecord.vectorRegisters = found->vectorRegisters;
    targetRecord.l1Bytes = found->l1Bytes;
    targetRecord.l2Bytes = found->l2Bytes;
    if (found->dotQuads)
      targetRecord.dotProduct = found->vectorBits == 512 ? DotProduct::Avx512Vnni : DotProduct::AvxVnni;
    else if (found->dotPairs)
      targetRecord.dotProduct = DotProduct::MultiplyAdd;
    for (const char *weights : {"s8", "s4", "u4"})
      for (const char *granularity : {"tensor", "channel", "group"})
        for (const char *activations : {"u8", "s8"})
          targetRecord.kernels.push_back({weights, activations, granularity});
    targetRecord.kernels.push_back({"f32", "f32", "tensor"});
    return llvm::Error::success();
  }

  void registerDialects(mlir::DialectRegistry &registry) const override {
    cpu::registerQuernCPUDialect(registry);
  }

  void buildLoweringPipeline(mlir::OpPassManager &pm) const override {
    addTensorPasses(pm);
    addBufferizePasses(pm);
    addPlanMemoryPasses(pm);
    pm.addNestedPass<mlir::func::FuncOp>(createUnrollCopies());
    pm.addNestedPass<mlir::func::FuncOp>(createLowerContractions(machine<LowerContractionsOptions>()));
    pm.addNestedPass<mlir::func::FuncOp>(createVectorizeLoops(machine<VectorizeLoopsOptions>()));
    pm.addPass(createOutlineTasks());
    addLowerToLLVMPasses(pm, targetRecord.profileClock);
  }

private:
  void addTensorPasses(mlir::OpPassManager &pm) const {
    pm.addPass(mlir::createCanonicalizerPass());
    pm.addPass(mlir::createCSEPass());
    pm.addNestedPass<mlir::func::FuncOp>(createChannelsLast());
    pm.addPass(mlir::createCanonicalizerPass());
    pm.addNestedPass<mlir::func::FuncOp>(createFormContractions(machine<FormContractionsOptions>()));
    pm.addPass(mlir::createCanonicalizerPass());
    pm.addPass(mlir::createCSEPass());
    pm.addNestedPass<mlir::func::FuncOp>(createPrepareBufferization());
    pm.addPass(mlir::bufferization::createEmptyTensorEliminationPass());
    pm.addNestedPass<mlir::func::FuncOp>(createPadInPlace());
    pm.addPass(mlir::createCanonicalizerPass());
  }

  /// The options of a pass that generates code for a machine.
  template <typename Options> Options machine() const {
    Options options;
    options.triple = targetRecord.triple;
    options.cpu = targetRecord.cpu;
    options.features = targetRecord.features;
    return options;
  }
};

} // namespace

std::unique_ptr<Target> createCPUTarget() { return std::make_unique<CPUTarget>(); }

} // namespace quern
