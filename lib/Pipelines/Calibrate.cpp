// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Calibrate.h"

#include "dialects/ONNX/IR/ONNXNames.h"
#include "lib/Calibration/AttachRanges/AttachRanges.h"
#include "lib/Calibration/Padding.h"
#include "lib/Pipelines/ObservedModel.h"
#include "passes/InsertObservers/ObservableValues.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace quern {

static constexpr StringLiteral kMain("main"), kModelHash("onnx.model_hash");

static ElementType elementTypeOf(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type)) {
    switch (integer.getWidth()) {
    case 1:
      return ElementType::Bool;
    case 8:
      return integer.isUnsigned() ? ElementType::UInt8 : ElementType::Int8;
    case 16:
      return integer.isUnsigned() ? ElementType::UInt16 : ElementType::Int16;
    case 32:
      return integer.isUnsigned() ? ElementType::UInt32 : ElementType::Int32;
    case 64:
      return integer.isUnsigned() ? ElementType::UInt64 : ElementType::Int64;
    default:
      return ElementType::Undefined;
    }
  }
  return llvm::TypeSwitch<Type, ElementType>(type)
      .Case([](Float32Type) { return ElementType::Float32; })
      .Case([](Float64Type) { return ElementType::Float64; })
      .Case([](Float16Type) { return ElementType::Float16; })
      .Default([](Type) { return ElementType::Undefined; });
}

FailureOr<std::vector<InputSpec>> readInputSpecs(ModuleOp prepared) {
  auto main = prepared.lookupSymbol<func::FuncOp>(kMain);
  if (!main)
    return prepared.emitError("expected a function @main");
  std::vector<InputSpec> specs;
  bool valid = true;
  for (BlockArgument argument : main.getArguments()) {
    InputSpec &spec = specs.emplace_back();
    StringRef name = onnx::getValueName(argument);
    spec.name = name.empty() ? "input_" + std::to_string(argument.getArgNumber()) : name.str();
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    spec.type = type ? elementTypeOf(type.getElementType()) : ElementType::Undefined;
    if (spec.type == ElementType::Undefined) {
      main.emitError() << "input '" << spec.name << "' has type " << argument.getType()
                       << ", for which there is no calibration data";
      valid = false;
      continue;
    }
    for (int64_t extent : type.getShape())
      spec.shape.push_back(ShapedType::isDynamic(extent) ? -1 : extent);
  }
  if (!valid)
    return failure();
  return specs;
}

static void addToStatistics(const NpyArray &array, TensorStatistics &statistics) {
  ArrayRef<float> values = floatsOf(array);
  // Elements that take no part are NaN, which statistics count and otherwise ignore; these are not the
  // model's.
  statistics.nonFinite -= llvm::count_if(values, takesNoPart);
  if (array.shape.empty() || values.empty())
    return statistics.add({values.data(), values.size()});
  int64_t axis = observedChannelAxis(array.shape), inner = 1;
  for (int64_t extent : ArrayRef<int64_t>(array.shape).drop_front(axis + 1))
    inner *= extent;
  statistics.add({values.data(), values.size()}, array.shape[axis], inner);
}

llvm::Expected<Statistics> calibrate(ModuleOp prepared, SampleReader &samples,
                                     const CalibrateOptions &options, const CompileInstrumented &compile) {
  FailureOr<std::vector<InputSpec>> specs = readInputSpecs(prepared);
  if (failed(specs))
    return llvm::createStringError("the model cannot be calibrated");
  Statistics statistics;
  statistics.settings = options.settings;
  if (options.samples)
    statistics.settings["samples"] = std::to_string(*options.samples);
  if (auto hash = prepared->getAttrOfType<StringAttr>(kModelHash))
    statistics.modelHash = hash.str();
  auto add = [&](const Sample &sample, ArrayRef<std::string> names, ArrayRef<NpyArray> arrays) {
    statistics.dataHash.add(sample, *specs);
    for (auto [name, array] : llvm::zip_equal(names, arrays))
      addToStatistics(array, statistics.values[name]);
  };
  llvm::Expected<int64_t> count = visitObserved(prepared, samples, "calibrate", options, compile, add);
  if (!count)
    return count.takeError();
  statistics.samples = *count;
  if (statistics.samples == 0)
    return llvm::createStringError("there are no samples to calibrate with");
  return statistics;
}

namespace {
struct CalibrateFlags : PassPipelineOptions<CalibrateFlags> {
  Option<std::string> statistics{*this, "statistics", llvm::cl::desc("File of the statistics (JSON)"),
                                 llvm::cl::init("")};
  Option<std::string> observer{*this, "observer", llvm::cl::desc("How ranges are chosen"),
                               llvm::cl::init("norm")};
};
} // namespace

void registerCalibrateStage() {
  PassPipelineRegistration<CalibrateFlags>("quern-stage-calibrate",
                                           "Stage calibrate: ranges from a statistics file",
                                           [](OpPassManager &passes, const CalibrateFlags &flags) {
                                             AttachRangesOptions options;
                                             options.statistics = flags.statistics;
                                             options.observer = flags.observer;
                                             passes.addPass(createAttachRanges(options));
                                           });
}

} // namespace quern
