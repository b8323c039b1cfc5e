// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/DimensionsFromData.h"

#include "dialects/ONNX/IR/ONNXNames.h"
#include "lib/Calibration/SampleExtents.h"
#include "lib/Driver/Calibration.h"
#include "lib/Driver/Diagnostics.h"
#include "lib/Pipelines/Calibrate.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace quern {

namespace {
/// Binds the dimensions of one function, and collects what it bound and what it could not.
class Binder {
public:
  Binder(func::FuncOp main, CompileOptions &options) : main(main), options(options) {}

  bool isNeeded();
  void bind(BlockArgument argument, const InputSpec &input, ArrayRef<ExtentRange> extents);
  /// Tells the bindings, or the problems.
  LogicalResult finish();

private:
  StringRef dimensionName(BlockArgument argument, size_t axis);
  /// The size of one open dimension; adds a problem if there is not just one.
  int64_t findSize(const InputSpec &input, size_t axis, StringRef name, ExtentRange extent);

  func::FuncOp main;
  CompileOptions &options;
  std::map<std::string, std::string> inputOfName; ///< the first that has the dimension
  std::vector<std::string> bound, problems;
};
} // namespace

static bool isOpen(BlockArgument argument) {
  auto type = dyn_cast<RankedTensorType>(argument.getType());
  return type && !type.hasStaticShape();
}

bool Binder::isNeeded() { return llvm::any_of(main.getArguments(), isOpen); }

StringRef Binder::dimensionName(BlockArgument argument, size_t axis) {
  auto names = main.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), onnx::dimensionsAttribute);
  return names && axis < names.size() ? cast<StringAttr>(names[axis]).getValue() : StringRef();
}

/// "input 'ids', dimension 1 ('sequence')"
static std::string describePlace(const InputSpec &input, size_t axis, StringRef name) {
  std::string text = "input '" + input.name + "', dimension " + std::to_string(axis);
  return name.empty() ? text : text + " ('" + name.str() + "')";
}

static std::string remedy(StringRef name) {
  return name.empty() ? "" : "; choose one with --dim=" + name.str() + "=SIZE";
}

int64_t Binder::findSize(const InputSpec &input, size_t axis, StringRef name, ExtentRange extent) {
  std::string place = describePlace(input, axis, name);
  if (!extent.isOne())
    problems.push_back(place + ": the calibration samples have sizes from " + std::to_string(extent.min) +
                       " to " + std::to_string(extent.max) + remedy(name));
  else if (extent.min < 1)
    problems.push_back(place + ": the calibration samples are empty" + remedy(name));
  if (name.empty()) {
    bound.push_back("dimension " + std::to_string(axis) + " of input '" + input.name +
                    "'=" + std::to_string(extent.min));
    return extent.min;
  }
  auto [binding, isNew] = options.dimensions.emplace(name.str(), extent.min);
  auto first = inputOfName.emplace(name.str(), input.name).first;
  if (isNew)
    bound.push_back(name.str() + "=" + std::to_string(extent.min));
  else if (binding->second != extent.min)
    problems.push_back(place + " is " + std::to_string(extent.min) + " in the calibration samples, but " +
                       std::to_string(binding->second) + " in input '" + first->second + "'" + remedy(name));
  return binding->second;
}

void Binder::bind(BlockArgument argument, const InputSpec &input, ArrayRef<ExtentRange> extents) {
  if (!isOpen(argument))
    return;
  auto type = cast<RankedTensorType>(argument.getType());
  SmallVector<int64_t> shape(type.getShape());
  for (auto [axis, size] : llvm::enumerate(shape))
    if (ShapedType::isDynamic(size))
      size = findSize(input, axis, dimensionName(argument, axis), extents[axis]);
  argument.setType(type.clone(shape));
  main.removeArgAttr(argument.getArgNumber(), onnx::dimensionsAttribute);
}

LogicalResult Binder::finish() {
  Location location = UnknownLoc::get(main.getContext());
  for (const std::string &problem : problems)
    emitError(location) << problem;
  if (!problems.empty())
    return failure();
  main.setType(
      FunctionType::get(main.getContext(), main.getBody().front().getArgumentTypes(), main.getResultTypes()));
  emitRemark(location) << llvm::join(bound, ", ") << " (from calibration data)";
  return success();
}

/// What the command line has fixed, where data does not fit.
static std::string describeBindings(const CompileOptions &options) {
  std::string text;
  for (const auto &[name, size] : options.dimensions)
    text += (text.empty() ? " (with --dim=" : ",") + name + "=" + std::to_string(size);
  return text.empty() ? text : text + ")";
}

LogicalResult bindDimensionsFromData(ModuleOp imported, CompileOptions &options) {
  auto main = imported.lookupSymbol<func::FuncOp>("main");
  Binder binder(main, options);
  // With --dim alone the sizes of the data are checked all the same, before anything is compiled for them.
  bool isWanted = binder.isNeeded() || !options.dimensions.empty();
  // Random data has no sizes of its own: the stage prepare tells what is open.
  bool hasSizes = !options.calibrationData.empty() && options.calibrationData != "random";
  if (!hasSizes || !isWanted)
    return success();
  FailureOr<std::vector<InputSpec>> specs = readInputSpecs(imported);
  if (failed(specs))
    return failure();
  auto samples = openCalibrationData(options, *specs);
  if (!samples)
    return report(*imported.getContext(), samples.takeError(), describeBindings(options));
  if (!binder.isNeeded())
    return success();
  auto extents = findExtents(**samples);
  if (!extents)
    return report(*imported.getContext(), extents.takeError(), describeBindings(options));
  for (auto [argument, spec, ranges] : llvm::zip_equal(main.getArguments(), *specs, *extents))
    binder.bind(argument, spec, ranges);
  return binder.finish();
}

} // namespace quern
