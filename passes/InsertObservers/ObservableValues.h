// Which values calibration looks at, and what it calls them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>
#include <vector>

namespace quern {

struct ObservableValue {
  mlir::Value value;
  /// The key of its statistics: unique in the function, and the same whenever the same IR is listed.
  std::string name;
};

/// The f32 tensors of the body, in order, that depend on an argument; arguments first. Values inside regions
/// of ops are not listed. A name is the ONNX name; else NODE:RESULT-NUMBER; a name that is taken gets "#2",
/// "#3", ...
std::vector<ObservableValue> listObservableValues(mlir::func::FuncOp function);

/// The axis that numbers the channels of a value: the second of feature maps [batch, channel, ...], the last
/// of rows of features.
int64_t observedChannelAxis(llvm::ArrayRef<int64_t> shape);

} // namespace quern
