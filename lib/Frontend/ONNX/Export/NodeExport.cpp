// Ops of the `onnx` dialect as nodes, by the schema of their operator.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Export/GraphExporter.h"
#include "lib/Frontend/ONNX/Export/Tensors.h"
#include "lib/Frontend/ONNX/Export/Types.h"
#include "lib/Frontend/ONNX/Schemas/Schemas.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/OpAttributes.h"

using namespace mlir;

namespace quern {

using proto::AttributeProto;
using proto::GraphProto;
using proto::NodeProto;

//===------------------------------------------------------------------------------------------------------------===//
// The opset
//===------------------------------------------------------------------------------------------------------------===//

static bool allowsTypes(const schema::Schema &schema, Operation *op) {
  auto allows = [](const schema::Parameter *parameter, Type type) {
    return isa<NoneType>(type) || (parameter && parameter->allows(typeToText(type)));
  };
  for (auto [index, type] : llvm::enumerate(op->getOperandTypes()))
    if (!allows(schema.input(index), type))
      return false;
  for (auto [index, type] : llvm::enumerate(op->getResultTypes()))
    if (!allows(schema.output(index), type))
      return false;
  return true;
}

static bool fits(const schema::Schema *schema, Operation *op, const NodeProto &node) {
  if (!schema || schema->deprecated || node.input_size() > schema->maxInputs ||
      node.output_size() > schema->maxOutputs)
    return false;
  for (const AttributeProto &attribute : node.attribute())
    if (!schema->findAttribute(attribute.name()))
      return false;
  // The casts of the quern dialect have other operands than the node.
  return !isa<onnx::ONNXDialect>(op->getDialect()) || allowsTypes(*schema, op);
}

void GraphExporter::require(Operation *op, const NodeProto &node) {
  while (opset < schema::newestOpset() && !fits(schema::find(node.op_type(), opset), op, node))
    ++opset;
}

//===------------------------------------------------------------------------------------------------------------===//
// Attributes
//===------------------------------------------------------------------------------------------------------------===//

static LogicalResult attributeToProto(Attribute value, AttributeProto &proto) {
  if (auto integer = dyn_cast<IntegerAttr>(value)) {
    proto.set_type(AttributeProto::INT);
    proto.set_i(integer.getInt());
  } else if (auto real = dyn_cast<FloatAttr>(value)) {
    proto.set_type(AttributeProto::FLOAT);
    proto.set_f(real.getValue().convertToFloat());
  } else if (auto string = dyn_cast<StringAttr>(value)) {
    proto.set_type(AttributeProto::STRING);
    proto.set_s(string.getValue().str());
  } else if (auto integers = dyn_cast<DenseI64ArrayAttr>(value)) {
    proto.set_type(AttributeProto::INTS);
    proto.mutable_ints()->Add(integers.asArrayRef().begin(), integers.asArrayRef().end());
  } else if (auto reals = dyn_cast<DenseF32ArrayAttr>(value)) {
    proto.set_type(AttributeProto::FLOATS);
    proto.mutable_floats()->Add(reals.asArrayRef().begin(), reals.asArrayRef().end());
  } else if (auto array = dyn_cast<ArrayAttr>(value)) {
    proto.set_type(AttributeProto::STRINGS);
    for (auto string : array.getAsRange<StringAttr>())
      proto.add_strings(string.getValue().str());
  } else if (auto elements = dyn_cast<ElementsAttr>(value)) {
    proto.set_type(AttributeProto::TENSOR);
    return tensorToProto(elements, *proto.mutable_t());
  } else if (auto type = dyn_cast<TypeAttr>(value)) {
    proto.set_type(AttributeProto::TYPE_PROTO);
    return typeToProto(type.getValue(), {}, *proto.mutable_tp());
  } else {
    return failure();
  }
  return success();
}

LogicalResult GraphExporter::exportAttributes(Operation &op, NodeProto &node) {
  const onnx::OpSchema &schema = *onnx::lookupOpSchema(node.op_type());
  const schema::Schema *known = schema::find(node.op_type(), opset);
  for (const onnx::AttributeSchema &attribute : schema.attributes) {
    Attribute value = op.getAttr(attribute.name);
    // A default that an older opset does not know would ask for a newer one.
    bool isNewDefault = value && known && !known->findAttribute(attribute.name) &&
                        value == onnx::defaultAttribute(attribute, op.getContext());
    if (!value || isNewDefault)
      continue;
    AttributeProto &proto = *node.add_attribute();
    proto.set_name(attribute.name.str());
    if (failed(attributeToProto(value, proto)))
      return op.emitError() << "attribute '" << attribute.name << "' has no ONNX form: " << value;
  }
  return success();
}

LogicalResult GraphExporter::exportBodies(Operation &op, NodeProto &node) {
  const onnx::OpSchema &schema = *onnx::lookupOpSchema(node.op_type());
  for (auto [name, region] : llvm::zip_equal(schema.regions, op.getRegions())) {
    AttributeProto &proto = *node.add_attribute();
    proto.set_name(name.str());
    proto.set_type(AttributeProto::GRAPH);
    GraphProto &graph = *proto.mutable_g();
    graph.set_name(node.name() + "_" + name.str());
    for (BlockArgument argument : region.getArguments()) {
      auto *input = graph.add_input();
      input->set_name(nameResult(argument, node.name() + "_input"));
      if (failed(typeToProto(argument.getType(), {}, *input->mutable_type())))
        return op.emitError() << "an input of its body has no ONNX type: " << argument.getType();
    }
    if (failed(exportBlock(region.front(), graph)))
      return failure();
    Operation *terminator = region.front().getTerminator();
    for (Value value : terminator->getOperands())
      if (failed(exportOutput(value, terminator, baseName(value), {}, graph)))
        return failure();
  }
  return success();
}

//===------------------------------------------------------------------------------------------------------------===//
// Nodes
//===------------------------------------------------------------------------------------------------------------===//

/// Absent values at the end are left away.
static void dropTrailingAbsent(google::protobuf::RepeatedPtrField<std::string> &names) {
  while (!names.empty() && names.Get(names.size() - 1).empty())
    names.RemoveLast();
}

LogicalResult GraphExporter::exportNode(Operation &op, GraphProto &graph) {
  StringRef type = op.getName().stripDialect();
  if (!isa_and_nonnull<onnx::ONNXDialect>(op.getDialect()) || !onnx::lookupOpSchema(type))
    return op.emitError() << "'" << op.getName()
                          << "' has no form in ONNX; the float or the hub form is accepted";
  StringRef name = onnx::getNodeName(&op);
  NodeProto &node = addNode(graph, type, name.empty() ? type : name);
  for (Value operand : op.getOperands())
    node.add_input(nameOf(operand));
  dropTrailingAbsent(*node.mutable_input());
  if (failed(exportAttributes(op, node)) || failed(exportBodies(op, node)))
    return failure();
  for (OpResult result : op.getResults())
    node.add_output(isa<NoneType>(result.getType()) ? "" : nameResult(result, baseName(result)));
  dropTrailingAbsent(*node.mutable_output());
  require(&op, node);
  return success();
}

} // namespace quern
