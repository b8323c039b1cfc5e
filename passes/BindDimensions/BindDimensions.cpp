// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/BindDimensions/BindDimensions.h"

#include "dialects/ONNX/IR/ONNXNames.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_BINDDIMENSIONS
#include "passes/BindDimensions/BindDimensions.h.inc"

using Bindings = llvm::MapVector<StringRef, int64_t>;

/// C1. The last '=' separates: a name may hold any character.
static FailureOr<Bindings> parseBindings(Operation *module, ArrayRef<std::string> texts) {
  Bindings bindings;
  for (StringRef text : texts) {
    auto [name, size] = text.rsplit('=');
    int64_t number;
    if (name.empty() || size.getAsInteger(10, number) || number < 1)
      return module->emitError() << "(C1) expected NAME=SIZE with a positive size, but got '" << text << "'";
    if (!bindings.insert({name, number}).second)
      return module->emitError() << "(C1) dimension '" << name << "' is bound twice";
  }
  return bindings;
}

/// C3, for each dimension that has none.
static LogicalResult checkStatic(func::FuncOp function) {
  bool complete = true;
  for (BlockArgument argument : function.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    auto names = function.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), onnx::dimensionsAttribute);
    for (int64_t axis = 0; type && axis < type.getRank(); ++axis) {
      if (!type.isDynamicDim(axis))
        continue;
      complete = false;
      StringRef name =
          names && axis < static_cast<int64_t>(names.size()) ? cast<StringAttr>(names[axis]).getValue() : "";
      InFlightDiagnostic error = function.emitError() << "(C3) input '" << onnx::getValueName(argument)
                                                      << "' has no size for dimension " << axis;
      if (name.empty())
        error << ", nor a name for it";
      else
        error << " '" << name << "'; bind it with --dim=" << name << "=SIZE";
    }
  }
  return success(complete);
}

namespace {
/// Binds the dimensions of functions, and remembers the names that it saw.
class Binder {
public:
  explicit Binder(const Bindings &bindings) : bindings(bindings) {}

  void bind(func::FuncOp function) {
    for (BlockArgument argument : function.getArguments())
      bind(function, argument);
    function.setType(FunctionType::get(function.getContext(), function.getBody().front().getArgumentTypes(),
                                       function.getResultTypes()));
  }

  /// C2.
  LogicalResult checkAllUsed(Operation *module) const {
    for (auto [name, size] : bindings)
      if (!seen.contains(name))
        return module->emitError() << "(C2) no input has a dimension named '" << name
                                   << "'; symbolic dimensions are: " << llvm::join(seen.getArrayRef(), ", ");
    return success();
  }

private:
  void bind(func::FuncOp function, BlockArgument argument) {
    unsigned number = argument.getArgNumber();
    auto names = function.getArgAttrOfType<ArrayAttr>(number, onnx::dimensionsAttribute);
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!names || !type || static_cast<int64_t>(names.size()) != type.getRank())
      return;
    SmallVector<int64_t> shape(type.getShape());
    SmallVector<StringRef> remaining;
    for (auto [size, attribute] : llvm::zip_equal(shape, names)) {
      StringRef name = cast<StringAttr>(attribute).getValue();
      if (!name.empty())
        seen.insert(name);
      const auto *binding = bindings.find(name);
      bool bound = binding != bindings.end() && ShapedType::isDynamic(size);
      size = bound ? binding->second : size;
      remaining.push_back(bound ? StringRef() : name);
    }
    argument.setType(type.clone(shape));
    function.setArgAttr(number, onnx::dimensionsAttribute, Builder(function).getStrArrayAttr(remaining));
  }

  const Bindings &bindings;
  llvm::SetVector<StringRef> seen;
};

struct BindDimensions : impl::BindDimensionsBase<BindDimensions> {
  using BindDimensionsBase::BindDimensionsBase;

  void runOnOperation() override {
    FailureOr<Bindings> bindings = parseBindings(getOperation(), dimensions);
    if (failed(bindings))
      return signalPassFailure();
    Binder binder(*bindings);
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() && !function.isPrivate())
        binder.bind(function);
    if (failed(binder.checkAllUsed(getOperation())))
      return signalPassFailure();
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (requireStatic && !function.isExternal() && !function.isPrivate() && failed(checkStatic(function)))
        signalPassFailure();
  }
};
} // namespace

} // namespace quern
