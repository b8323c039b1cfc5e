// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"

using namespace mlir;

#include "dialects/Quern/IR/QuernInterfaces.cpp.inc"

namespace quern::detail {

LogicalResult verifyQuantizedResult(Operation *op) {
  auto self = cast<QuantizedResultInterface>(op);
  auto type = cast<IntegerType>(getElementTypeOrSelf(op->getResult(0).getType()));
  IntegerRange codes = integerRange(type);
  if (!codes.contains(self.getMin()) || !codes.contains(self.getMax())) // Q1
    return op->emitOpError() << "expected bounds within " << type << ", got " << self.getMin() << " and "
                             << self.getMax();
  if (self.getMin() > self.getMax()) // Q2
    return op->emitOpError() << "expected min not above max, got " << self.getMin() << " and "
                             << self.getMax();
  if (!codes.contains(self.getZeroPoint())) // Q3
    return op->emitOpError() << "expected a zero point within " << type << ", got " << self.getZeroPoint();
  return success();
}

} // namespace quern::detail
