// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/ONNXDialect.h"

#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Structure.h"

#include "mlir/Transforms/InliningUtils.h"

#include "dialects/ONNX/IR/ONNXDialect.cpp.inc"
#include "dialects/ONNX/IR/ONNXInterfaces.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/ONNX/IR/ONNXTypes.cpp.inc"

namespace quern::onnx {

namespace {
/// Model functions may be inlined: every op means the same anywhere.
struct InlinerInterface : public mlir::DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;
  bool isLegalToInline(mlir::Operation *, mlir::Region *, bool, mlir::IRMapping &) const final {
    return true;
  }
  bool isLegalToInline(mlir::Region *, mlir::Region *, bool, mlir::IRMapping &) const final { return true; }
};
} // namespace

void ONNXDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/ONNX/IR/ONNXTypes.cpp.inc"
      >();
}

void ONNXDialect::initialize() {
  registerTypes();
  addInterfaces<InlinerInterface>();
#define QUERN_ONNX_FAMILY(name) detail::register##name##Ops(*this);
#include "dialects/ONNX/IR/Families.inc"
}

mlir::Operation *ONNXDialect::materializeConstant(mlir::OpBuilder &builder, mlir::Attribute value,
                                                  mlir::Type type, mlir::Location location) {
  if (llvm::isa<mlir::UnitAttr>(value) && llvm::isa<mlir::NoneType>(type))
    return NoValueOp::create(builder, location, type);
  if (auto elements = llvm::dyn_cast<mlir::ElementsAttr>(value); elements && elements.getType() == type)
    return ConstantOp::create(builder, location, type, elements);
  return nullptr;
}

} // namespace quern::onnx
