// Constants as ONNX tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Proto/Proto.h"

#include "mlir/IR/BuiltinAttributes.h"

namespace quern {

/// Fails if the elements cannot be read or ONNX has no such element type.
llvm::LogicalResult tensorToProto(mlir::ElementsAttr elements, proto::TensorProto &tensor);

/// A tensor of `shape` with one integer an element; those of less than a byte are packed.
proto::TensorProto integerTensor(llvm::ArrayRef<int64_t> values, llvm::ArrayRef<int64_t> shape,
                                 int elementType);
proto::TensorProto floatTensor(llvm::ArrayRef<float> values, llvm::ArrayRef<int64_t> shape);

} // namespace quern
