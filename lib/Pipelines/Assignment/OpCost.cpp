// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/OpCost.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "lib/Pipelines/Integerize.h"
#include "lib/Pipelines/Quantize.h"
#include "lib/Pipelines/Structure.h"
#include "lib/Targets/Common/Emit.h"
#include "passes/QuantizationAnalysis/ValueRanges.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace quern {

OwningOpRef<ModuleOp> isolateOp(Operation *op, PrecisionAttr precision) {
  OpBuilder builder(op->getContext());
  OwningOpRef<ModuleOp> module = ModuleOp::create(op->getLoc());
  SmallVector<Value> activations;
  for (Value operand : op->getOperands())
    if (!onnx::getConstant(operand) && !isa<NoneType>(operand.getType()) &&
        !llvm::is_contained(activations, operand))
      activations.push_back(operand);
  builder.setInsertionPointToEnd(module->getBody());
  auto type = builder.getFunctionType(ValueRange(activations).getTypes(), op->getResultTypes());
  auto main = func::FuncOp::create(builder, op->getLoc(), "main", type);
  Block *body = main.addEntryBlock();
  builder.setInsertionPointToStart(body);
  IRMapping mapping;
  for (auto [number, activation] : llvm::enumerate(activations)) {
    mapping.map(activation, body->getArgument(number));
    main.setArgAttr(number, onnx::nameAttribute, builder.getStringAttr("x" + Twine(number)));
    if (std::optional<RealRange> range = findRange(activation))
      main.setArgAttr(number, kRangeAttrName, RangeAttr::get(op->getContext(), range->min, range->max));
  }
  for (Value operand : op->getOperands())
    if (!mapping.contains(operand))
      mapping.map(
          operand,
          builder.clone(*operand.getDefiningOp())->getResult(cast<OpResult>(operand).getResultNumber()));
  Operation *alone = builder.clone(*op, mapping);
  alone->setAttr(kPrecisionAttrName, precision);
  for (unsigned number = 0; number < alone->getNumResults(); ++number)
    main.setResultAttr(number, onnx::nameAttribute, builder.getStringAttr("y" + Twine(number)));
  func::ReturnOp::create(builder, op->getLoc(), alone->getResults());
  return module;
}

FailureOr<OwningOpRef<ModuleOp>> lowerAssigned(ModuleOp assigned, const Target &target) {
  OwningOpRef<ModuleOp> copy = assigned.clone();
  // What stays float is told once, by the compilation itself.
  ScopedDiagnosticHandler quiet(assigned.getContext(), [](Diagnostic &diagnostic) {
    return success(diagnostic.getSeverity() != DiagnosticSeverity::Error);
  });
  PassManager passes(assigned.getContext());
  populateQuantizePipeline(passes);
  populateIntegerizePipeline(passes, {});
  populateStructurePipeline(passes, {});
  if (failed(passes.run(*copy)) || failed(lowerModule(*copy, target)))
    return failure();
  return copy;
}

Cost readCost(ModuleOp lowered) {
  Cost cost;
  cost.weightBytes = countWeightBytes(lowered);
  if (auto bytes = lowered->getAttrOfType<IntegerAttr>("quern.workspace_bytes"))
    cost.workspaceBytes = bytes.getInt();
  return cost;
}

} // namespace quern
