// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/Common/Lowering.h"

#include "passes/ConvertEntryABI/ConvertEntryABI.h"
#include "passes/ExpandMath/ExpandMath.h"
#include "passes/HoistStackBuffers/HoistStackBuffers.h"
#include "passes/OutlineLoopNests/OutlineLoopNests.h"
#include "passes/PlanMemory/PlanMemory.h"
#include "passes/PrepareBufferization/PrepareBufferization.h"
#include "passes/ProfileNodes/ProfileNodes.h"
#include "passes/ResultsToArguments/ResultsToArguments.h"
#include "passes/UnrollCopies/UnrollCopies.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/Transforms/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace quern {

void registerCommonDialects(DialectRegistry &registry) {
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

void addBufferizePasses(OpPassManager &pm) {
  pm.addPass(createInlinerPass());
  pm.addPass(createSymbolDCEPass());
  pm.addNestedPass<func::FuncOp>(createPrepareBufferization());
  bufferization::OneShotBufferizePassOptions options;
  options.allowReturnAllocsFromLoops = true;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion = bufferization::LayoutMapOption::IdentityLayoutMap;
  options.bufferAlignment = 64;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addNestedPass<func::FuncOp>(createResultsToArguments());
  pm.addPass(createCanonicalizerPass());
}

void addPlanMemoryPasses(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createPlanMemory());
  pm.addPass(createCanonicalizerPass());
}

void addLowerToLLVMPasses(OpPassManager &pm, llvm::StringRef profileClock) {
  pm.addNestedPass<func::FuncOp>(createUnrollCopies());
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  pm.addNestedPass<func::FuncOp>(createForallToForLoopPass());
  pm.addNestedPass<func::FuncOp>(createConvertVectorToSCFPass());
  pm.addNestedPass<func::FuncOp>(createLowerAffinePass());
  pm.addNestedPass<func::FuncOp>(createExpandMath());
  pm.addNestedPass<func::FuncOp>(createExpandMath());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addNestedPass<func::FuncOp>(createLoopInvariantCodeMotionPass());

  pm.addPass(createOutlineLoopNests());
  pm.addNestedPass<func::FuncOp>(createHoistStackBuffers());
  if (!profileClock.empty()) {
    ProfileNodesOptions options;
    options.clock = profileClock.str();
    pm.addPass(createProfileNodes(options));
  }
  pm.addPass(createConvertEntryABI());
  pm.addNestedPass<func::FuncOp>(memref::createExpandStridedMetadataPass());
  pm.addNestedPass<func::FuncOp>(createLowerAffinePass());
  pm.addNestedPass<func::FuncOp>(arith::createArithExpandOpsPass());
  pm.addNestedPass<func::FuncOp>(createSCFToControlFlowPass());
  pm.addNestedPass<func::FuncOp>(createConvertVectorToLLVMPass());
  pm.addNestedPass<func::FuncOp>(createConvertMathToLLVMPass());
  pm.addNestedPass<func::FuncOp>(createConvertIndexToLLVMPass());
  pm.addNestedPass<func::FuncOp>(createUBToLLVMConversionPass());
  pm.addNestedPass<func::FuncOp>(createArithToLLVMConversionPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

} // namespace quern
