// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Read/ElementType.h"
#include "lib/Frontend/ONNX/Upgrade/Upgrade.h"

#include "llvm/ADT/APFloat.h"

namespace quern {

using proto::AttributeProto;
using proto::NodeProto;
using proto::TensorProto;

std::string Rewriter::freshName() { return "\1" + std::to_string(counter++); }

void Rewriter::add(NodeProto node) {
  node.set_name(nodeName);
  nodes.push_back(std::move(node));
}

NodeProto &Rewriter::make(llvm::StringRef op, llvm::ArrayRef<std::string> inputs, std::string &output) {
  output = freshName();
  NodeProto node;
  node.set_op_type(op.str());
  for (const std::string &input : inputs)
    node.add_input(input);
  node.add_output(output);
  add(std::move(node));
  return nodes.back();
}

std::string Rewriter::constant(TensorProto tensor) {
  std::string output;
  NodeProto &node = make("Constant", {}, output);
  AttributeProto *value = node.add_attribute();
  value->set_name("value");
  value->set_type(AttributeProto::TENSOR);
  *value->mutable_t() = std::move(tensor);
  return output;
}

std::string Rewriter::integers(llvm::ArrayRef<int64_t> values) {
  TensorProto tensor;
  tensor.set_data_type(TensorProto::INT64);
  tensor.add_dims(static_cast<int64_t>(values.size()));
  tensor.mutable_int64_data()->Add(values.begin(), values.end());
  return constant(std::move(tensor));
}

std::string Rewriter::integer(int64_t value) {
  TensorProto tensor;
  tensor.set_data_type(TensorProto::INT64);
  tensor.add_int64_data(value);
  return constant(std::move(tensor));
}

std::string Rewriter::floats(llvm::ArrayRef<float> values) {
  TensorProto tensor;
  tensor.set_data_type(TensorProto::FLOAT);
  tensor.add_dims(static_cast<int64_t>(values.size()));
  tensor.mutable_float_data()->Add(values.begin(), values.end());
  return constant(std::move(tensor));
}

/// The bits of `value` rounded to a format of 16 bits.
static int32_t bitsOf(double value, const llvm::fltSemantics &semantics) {
  llvm::APFloat number(value);
  bool lossy;
  number.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &lossy);
  return static_cast<int32_t>(number.bitcastToAPInt().getZExtValue());
}

llvm::Expected<std::string> Rewriter::scalar(double value, llvm::StringRef type) {
  llvm::StringRef name = type;
  const ElementType *element =
      name.consume_front("tensor(") && name.consume_back(")") ? findElementType(name) : nullptr;
  if (!element)
    return llvm::createStringError("the element type of its input is not known");
  TensorProto tensor;
  tensor.set_data_type(element->number);
  switch (element->number) {
  case TensorProto::FLOAT:
    tensor.add_float_data(static_cast<float>(value));
    break;
  case TensorProto::DOUBLE:
    tensor.add_double_data(value);
    break;
  case TensorProto::FLOAT16:
    tensor.add_int32_data(bitsOf(value, llvm::APFloat::IEEEhalf()));
    break;
  case TensorProto::BFLOAT16:
    tensor.add_int32_data(bitsOf(value, llvm::APFloat::BFloat()));
    break;
  default:
    return llvm::createStringError("a constant of element type " + element->name.str() +
                                   " cannot hold the value of its attribute");
  }
  return constant(std::move(tensor));
}

std::optional<AttributeProto> takeAttribute(NodeProto &node, llvm::StringRef name) {
  for (int index = 0; index < node.attribute_size(); ++index) {
    if (name != node.attribute(index).name())
      continue;
    AttributeProto attribute = std::move(*node.mutable_attribute(index));
    node.mutable_attribute()->DeleteSubrange(index, 1);
    return attribute;
  }
  return std::nullopt;
}

void setAttribute(NodeProto &node, llvm::StringRef name, int64_t value) {
  takeAttribute(node, name);
  AttributeProto *attribute = node.add_attribute();
  attribute->set_name(name.str());
  attribute->set_type(AttributeProto::INT);
  attribute->set_i(value);
}

void setAttribute(NodeProto &node, llvm::StringRef name, llvm::StringRef value) {
  takeAttribute(node, name);
  AttributeProto *attribute = node.add_attribute();
  attribute->set_name(name.str());
  attribute->set_type(AttributeProto::STRING);
  attribute->set_s(value.str());
}

void setInput(NodeProto &node, int index, const std::string &value) {
  while (node.input_size() <= index)
    node.add_input("");
  node.set_input(index, value);
}

} // namespace quern
