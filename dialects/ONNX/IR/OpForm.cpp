// What all ops have in common: their textual form and the checks that their schema implies.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/OpAttributes.h"

using namespace mlir;

namespace quern::onnx {

ParseResult detail::parseOp(OpAsmParser &parser, OperationState &state) {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SMLoc operandsLocation = parser.getCurrentLocation();
  if (parser.parseOperandList(operands, OpAsmParser::Delimiter::Paren))
    return failure();
  const OpSchema *schema = lookupOpSchema(state.name.stripDialect());
  for (size_t i = 0, e = schema ? schema->regions.size() : 0; i != e; ++i)
    if (parser.parseRegion(*state.addRegion()))
      return failure();
  FunctionType type;
  if (parser.parseOptionalAttrDict(state.attributes) || parser.parseColonType(type) ||
      parser.resolveOperands(operands, type.getInputs(), operandsLocation, state.operands))
    return failure();
  state.addTypes(type.getResults());
  return success();
}

/// Attributes that say what the schema says anyway are not worth a reader's time.
static SmallVector<StringRef> attributesAtDefault(Operation *op) {
  SmallVector<StringRef> names;
  if (const OpSchema *schema = lookupOpSchema(op->getName().stripDialect()))
    for (const AttributeSchema &attribute : schema->attributes)
      if (attribute.hasDefault &&
          op->getAttr(attribute.name) == defaultAttribute(attribute, op->getContext()))
        names.push_back(attribute.name);
  return names;
}

void detail::printOp(Operation *op, OpAsmPrinter &printer) {
  printer << '(' << op->getOperands() << ')';
  for (Region &region : op->getRegions()) {
    printer << ' ';
    printer.printRegion(region);
  }
  printer.printOptionalAttrDict(op->getAttrs(), attributesAtDefault(op));
  printer << " : ";
  printer.printFunctionalType(op);
}

/// The schema's parameter for value number `index`; the last one may stand for many.
static const ParameterSchema &parameterFor(ArrayRef<ParameterSchema> parameters, size_t index) {
  return parameters[std::min(index, parameters.size() - 1)];
}

namespace {
/// Binds type variables to element types and reports the first contradiction.
struct TypeBinder {
  Operation *op;
  llvm::SmallDenseMap<StringRef, std::pair<Type, StringRef>> bound;

  explicit TypeBinder(Operation *op) : op(op) {}

  LogicalResult bind(ArrayRef<ParameterSchema> parameters, TypeRange types) {
    for (auto [index, type] : llvm::enumerate(types)) {
      const ParameterSchema &parameter = parameterFor(parameters, index);
      auto shaped = dyn_cast<ShapedType>(type);
      if (!shaped || !parameter.homogeneous)
        continue;
      auto [entry, isNew] = bound.try_emplace(parameter.type, shaped.getElementType(), parameter.name);
      auto [elementType, name] = entry->second;
      if (elementType != shaped.getElementType())
        return op->emitOpError() << "(C1) expected '" << parameter.name << "' and '" << name
                                 << "' to have one element type, but they have " << shaped.getElementType()
                                 << " and " << elementType;
    }
    return success();
  }
};
} // namespace

LogicalResult detail::verifySchemaTypes(Operation *op) {
  const OpSchema *schema = lookupOpSchema(op->getName().stripDialect());
  if (!schema)
    return success();
  TypeBinder binder(op);
  return success(succeeded(binder.bind(schema->inputs, op->getOperandTypes())) &&
                 succeeded(binder.bind(schema->outputs, op->getResultTypes())));
}

LogicalResult detail::verifyInferredShapes(Operation *op) {
  SmallVector<Type> inferred;
  if (failed(cast<ShapeInferenceOpInterface>(op).inferShapes(inferred)))
    return failure();
  for (auto [index, expected, declared] : llvm::enumerate(inferred, op->getResultTypes()))
    if (!areCompatible(expected, declared))
      return op->emitOpError() << "(C2) result " << index << " is declared as " << declared
                               << ", but operands and attributes give " << expected;
  return success();
}

/// Both hold elements, and these are compatible.
template <typename Holder> static bool holdCompatible(Type a, Type b) {
  auto holderA = dyn_cast<Holder>(a), holderB = dyn_cast<Holder>(b);
  return holderA && holderB && areCompatible(holderA.getElementType(), holderB.getElementType());
}

bool areCompatible(Type a, Type b) {
  auto tensorA = dyn_cast<TensorType>(a), tensorB = dyn_cast<TensorType>(b);
  if (!tensorA || !tensorB)
    return a == b || isa<NoneType>(a) || isa<NoneType>(b) || holdCompatible<SequenceType>(a, b) ||
           holdCompatible<OptionalType>(a, b);
  return tensorA.getElementType() == tensorB.getElementType() && succeeded(verifyCompatibleShape(a, b));
}

} // namespace quern::onnx
