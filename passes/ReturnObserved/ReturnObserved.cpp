// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ReturnObserved/ReturnObserved.h"

#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_RETURNOBSERVED
#include "passes/ReturnObserved/ReturnObserved.h.inc"

namespace {

struct ReturnObserved : impl::ReturnObservedBase<ReturnObserved> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    SmallVector<ObserveOp> observers;
    bool isValid = true;
    function.walk([&](ObserveOp observer) {
      if (observer->getBlock() != &function.front()) {
        observer.emitOpError("expected in the body of the function itself, not in a region of an op (C1)");
        isValid = false;
      }
      observers.push_back(observer);
    });
    if (!isValid)
      return signalPassFailure();
    if (!observers.empty())
      replaceResults(function, observers);
  }

  static void replaceResults(func::FuncOp function, ArrayRef<ObserveOp> observers) {
    Builder builder(function.getContext());
    SmallVector<Value> values;
    SmallVector<Attribute> attributes;
    for (ObserveOp observer : observers) {
      values.push_back(observer.getInput());
      attributes.push_back(
          builder.getDictionaryAttr(builder.getNamedAttr(onnx::nameAttribute, observer.getNameAttr())));
    }
    function.front().getTerminator()->setOperands(values);
    function.setFunctionType(
        builder.getFunctionType(function.getArgumentTypes(), ValueRange(values).getTypes()));
    function.setResAttrsAttr(builder.getArrayAttr(attributes));
    for (ObserveOp observer : observers) {
      observer.getResult().replaceAllUsesWith(observer.getInput());
      observer.erase();
    }
  }
};

} // namespace
} // namespace quern
