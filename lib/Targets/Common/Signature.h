// The inputs and outputs of a model, as its users see them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cstdint>
#include <string>
#include <vector>

namespace quern {

struct TensorSignature {
  std::string name;
  int32_t elementType = 0; ///< ONNX TensorProto.DataType
  std::vector<int64_t> shape;
};

struct Signature {
  std::vector<TensorSignature> inputs;
  std::vector<TensorSignature> outputs;
};

/// Reads the signature of `main`, whose arguments and results are ranked tensors (or memrefs) of static
/// shape. Names are the attributes `onnx.name`. A signless integer stands for the signed one unless the
/// attribute `onnx.type` holds another type. Anything that the C interface cannot express is an error at
/// `main`.
mlir::FailureOr<Signature> readSignature(mlir::func::FuncOp main);

} // namespace quern
