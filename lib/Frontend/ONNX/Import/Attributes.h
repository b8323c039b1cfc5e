// ONNX attributes as attributes of the `onnx` dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Import/Constants.h"

#include "mlir/IR/Attributes.h"

namespace quern {

/// The attribute's value; null for graphs, which become regions.
mlir::Attribute attributeFromProto(const proto::AttributeProto &attribute, const ConstantSource &source,
                                   mlir::MLIRContext *context);

/// The value of a Constant, whichever of its attributes states it.
mlir::ElementsAttr constantValue(const proto::NodeProto &node, const ConstantSource &source,
                                 mlir::MLIRContext *context);

} // namespace quern
