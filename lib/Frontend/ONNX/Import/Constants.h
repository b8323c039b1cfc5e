// ONNX tensors as attributes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Read/Tensor.h"

#include "mlir/IR/BuiltinAttributes.h"

namespace quern {

/// The file that constants come from, shared by all of them.
struct ConstantSource {
  std::shared_ptr<const void> owner;
  std::shared_ptr<ExternalFiles> files;
};

/// The tensor as an attribute. A large one becomes a resource that points into the file's memory; `name` is
/// what it is called in text.
mlir::ElementsAttr attributeFromTensor(const proto::TensorProto &tensor, llvm::StringRef name,
                                       const ConstantSource &source, mlir::MLIRContext *context);
mlir::ElementsAttr attributeFromTensor(const proto::SparseTensorProto &tensor, llvm::StringRef name,
                                       const ConstantSource &source, mlir::MLIRContext *context);

} // namespace quern
