// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/OpCost.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "lib/Pipelines/Integerize.h"
#include "lib/Pipelines/Quantize.h"
#include "lib/Pipelines/Structure.h"
#include "lib/Targets/Common/Emit.h"
#include "lib/Targets/Common/Jit.h"
#include "passes/QuantizationAnalysis/ValueRanges.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"

#include <algorithm>
#include <chrono>
#include <limits>

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
  if (precision)
    alone->setAttr(kPrecisionAttrName, precision);
  else
    alone->removeAttr(kPrecisionAttrName);
  for (unsigned number = 0; number < alone->getNumResults(); ++number)
    main.setResultAttr(number, onnx::nameAttribute, builder.getStringAttr("y" + Twine(number)));
  func::ReturnOp::create(builder, op->getLoc(), alone->getResults());
  return module;
}

/// The least time of a run: what else the machine does only adds to it. Negative where the model says an
/// error.
static int64_t timeRuns(LoadedModel &model) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kLeast(50);
  constexpr int64_t kFewest = 20, kMost = 10'000;
  std::vector<std::vector<std::byte>> buffers;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  for (const TensorInfo &info : model.inputs())
    inputs.push_back(buffers.emplace_back(info.bytes()).data());
  for (const TensorInfo &info : model.outputs())
    outputs.push_back(buffers.emplace_back(info.bytes()).data());
  int64_t least = std::numeric_limits<int64_t>::max();
  Clock::time_point start = Clock::now();
  for (int64_t runs = 0; runs < kFewest || (runs < kMost && Clock::now() - start < kLeast); ++runs) {
    Clock::time_point before = Clock::now();
    if (model.run(inputs.data(), outputs.data()) != 0)
      return -1;
    least = std::min<int64_t>(least, std::chrono::nanoseconds(Clock::now() - before).count());
  }
  return least;
}

/// Makes code of a lowered module and runs it on zeros.
static FailureOr<int64_t> measureTime(ModuleOp lowered, Signature signature, const Target &target) {
  ModelInfo info;
  info.signature = std::move(signature);
  auto object = emitObject(lowered, target, info);
  auto model = object ? loadObject(*object) : object.takeError();
  if (!model)
    return lowered.emitError() << llvm::toString(model.takeError());
  int64_t time = timeRuns(**model);
  if (time < 0)
    return lowered.emitError("cannot be timed: it refuses zeros as inputs");
  return time;
}

FailureOr<Cost> measureCost(ModuleOp assigned, const Target &target, bool measuresTime) {
  OwningOpRef<ModuleOp> copy = assigned.clone();
  ScopedDiagnosticHandler quiet(assigned.getContext(), [](Diagnostic &diagnostic) {
    return success(diagnostic.getSeverity() != DiagnosticSeverity::Error);
  });
  FailureOr<Signature> signature = readSignature(copy->lookupSymbol<func::FuncOp>("main"));
  PassManager passes(assigned.getContext());
  populateQuantizePipeline(passes);
  populateIntegerizePipeline(passes, {});
  populateStructurePipeline(passes, {});
  if (failed(signature) || failed(passes.run(*copy)) || failed(lowerModule(*copy, target)))
    return failure();
  Cost cost;
  cost.weightBytes = countWeightBytes(*copy);
  if (auto bytes = (*copy)->getAttrOfType<IntegerAttr>("quern.workspace_bytes"))
    cost.workspaceBytes = bytes.getInt();
  if (!measuresTime)
    return cost;
  FailureOr<int64_t> time = measureTime(*copy, std::move(*signature), target);
  if (failed(time))
    return failure();
  cost.nanoseconds = *time;
  return cost;
}

} // namespace quern
