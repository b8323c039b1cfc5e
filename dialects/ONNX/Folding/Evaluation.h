// Words for computing an op on constants.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/OpAttributes.h"
#include "dialects/ONNX/IR/OpHooks.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace quern::onnx::evaluate {

/// The type of the only result if its shape is known, else null.
mlir::RankedTensorType staticResult(mlir::Operation *op);

/// Row-major strides, in elements.
llvm::SmallVector<int64_t> stridesOf(llvm::ArrayRef<int64_t> shape);

/// Strides that read a tensor of `shape` as if it were broadcast to `target`.
llvm::SmallVector<int64_t> broadcastStrides(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> target);

/// Visits base + sum of index * stride, for all indices of `shape` in row-major order.
void walkStrided(llvm::ArrayRef<int64_t> shape, int64_t base, llvm::ArrayRef<int64_t> strides,
                 llvm::function_ref<void(int64_t)> visit);

/// A constant whose elements are those of `source` that a strided walk over the type's shape visits.
mlir::ElementsAttr copyStrided(const ConstantView &source, mlir::RankedTensorType type, int64_t base,
                               llvm::ArrayRef<int64_t> strides);

} // namespace quern::onnx::evaluate
