// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernDialect.h"

#include "dialects/Quern/IR/QuernOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include "dialects/Quern/IR/QuernDialect.cpp.inc"

namespace quern {

void QuernDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/Quern/IR/QuernOps.cpp.inc"
      >();
}

} // namespace quern
