// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/InsertObservers/InsertObservers.h"

#include "dialects/Quern/IR/QuernOps.h"
#include "passes/InsertObservers/ObservableValues.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_INSERTOBSERVERS
#include "passes/InsertObservers/InsertObservers.h.inc"

namespace {

struct InsertObservers : impl::InsertObserversBase<InsertObservers> {
  void runOnOperation() override {
    if (getOperation().isPrivate())
      return;
    OpBuilder builder(&getContext());
    for (const ObservableValue &observable : listObservableValues(getOperation())) {
      builder.setInsertionPointAfterValue(observable.value);
      ObserveOp::create(builder, observable.value.getLoc(), observable.value.getType(), observable.value,
                        builder.getStringAttr(observable.name));
    }
  }
};

} // namespace
} // namespace quern
