// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/Loops/VectorMemory.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace quern::cpu {

Value addScaled(OpBuilder &builder, Location loc, Value base, Value index, int64_t stride) {
  if (stride == 0)
    return base;
  Value scaled = index;
  if (stride != 1)
    scaled =
        builder.createOrFold<arith::MulIOp>(loc, index, arith::ConstantIndexOp::create(builder, loc, stride));
  return builder.createOrFold<arith::AddIOp>(loc, base, scaled);
}

Value addConstant(OpBuilder &builder, Location loc, Value base, int64_t constant) {
  if (constant == 0)
    return base;
  return builder.createOrFold<arith::AddIOp>(loc, base,
                                             arith::ConstantIndexOp::create(builder, loc, constant));
}

Value loadVector(OpBuilder &builder, Location loc, Value buffer, Value offset, int64_t lanes, int64_t count) {
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  Value loaded = vector::LoadOp::create(builder, loc, VectorType::get({count}, element), buffer, offset);
  if (count == lanes)
    return loaded;
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(VectorType::get({lanes}, element)));
  return vector::InsertStridedSliceOp::create(builder, loc, loaded, zero, ArrayRef<int64_t>{0},
                                              ArrayRef<int64_t>{1});
}

Value loadBroadcast(OpBuilder &builder, Location loc, Value buffer, Value offset, int64_t lanes) {
  Value scalar = memref::LoadOp::create(builder, loc, buffer, offset);
  return vector::BroadcastOp::create(builder, loc, VectorType::get({lanes}, scalar.getType()), scalar);
}

void storeVector(OpBuilder &builder, Location loc, Value vector, Value buffer, Value offset, int64_t count) {
  int64_t lanes = cast<VectorType>(vector.getType()).getDimSize(0);
  if (count != lanes)
    vector = vector::ExtractStridedSliceOp::create(builder, loc, vector, ArrayRef<int64_t>{0},
                                                   ArrayRef<int64_t>{count}, ArrayRef<int64_t>{1});
  vector::StoreOp::create(builder, loc, vector, buffer, offset);
}

} // namespace quern::cpu
