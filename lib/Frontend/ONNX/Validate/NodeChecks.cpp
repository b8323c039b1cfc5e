// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Validate/NodeChecks.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"

#include <cmath>

namespace quern {

using llvm::StringRef;
using llvm::Twine;
using proto::AttributeProto;
using proto::NodeProto;
using schema::Presence;
using schema::Schema;

std::string explainMissingSchema(StringRef op, int opset) {
  llvm::ArrayRef<Schema> history = schema::history(op);
  if (!history.empty())
    return (Twine("operator '") + op + "' enters ONNX at opset " + Twine(history.front().sinceVersion) +
            "; the model states opset " + Twine(opset))
        .str();
  StringRef closest = schema::closestName(op);
  return (Twine("unknown operator '") + op + "'" + (closest.empty() ? "" : "; did you mean '") + closest +
          (closest.empty() ? "" : "'?"))
      .str();
}

//===------------------------------------------------------------------------------------------------------------===//
// Arity
//===------------------------------------------------------------------------------------------------------------===//

static std::string describeRange(int least, int most) {
  if (most == INT32_MAX)
    return std::to_string(least) + " or more";
  return least == most ? std::to_string(least) : std::to_string(least) + " to " + std::to_string(most);
}

/// A missing required input or output is named; trailing optional ones may be left out or be empty.
template <typename Names>
static void checkParameters(StringRef kind, const Names &names, llvm::ArrayRef<schema::Parameter> parameters,
                            int least, int most, Problems &problems) {
  if (names.size() > most || names.size() < least)
    problems.push_back(
        (Twine("has ") + Twine(names.size()) + " " + kind + "s; accepted: " + describeRange(least, most))
            .str());
  for (auto [index, parameter] : llvm::enumerate(parameters)) {
    bool given = static_cast<int>(index) < names.size();
    if (parameter.presence == Presence::Single &&
        static_cast<int>(index) < std::max<int>(least, names.size()) &&
        (!given || names.Get(static_cast<int>(index)).empty()))
      problems.push_back((Twine(kind) + " '" + parameter.name + "' is required and missing").str());
  }
}

void checkArity(const Schema &schema, const NodeProto &node, Problems &problems) {
  checkParameters("input", node.input(), schema.inputs(), schema.minInputs, schema.maxInputs, problems);
  checkParameters("output", node.output(), schema.outputs(), schema.minOutputs, schema.maxOutputs, problems);
}

//===------------------------------------------------------------------------------------------------------------===//
// Attributes
//===------------------------------------------------------------------------------------------------------------===//

static StringRef kindName(int kind) {
  static constexpr StringRef names[] = {"nothing",
                                        "a float",
                                        "an integer",
                                        "a string",
                                        "a tensor",
                                        "a graph",
                                        "a list of floats",
                                        "a list of integers",
                                        "a list of strings",
                                        "a list of tensors",
                                        "a list of graphs",
                                        "a sparse tensor",
                                        "a list of sparse tensors",
                                        "a type",
                                        "a list of types"};
  return kind >= 0 && kind < static_cast<int>(std::size(names)) ? names[kind] : "an unknown kind";
}

/// The kinds of the values that are set in `attribute`.
static llvm::SmallVector<int> kindsOfValues(const AttributeProto &attribute) {
  llvm::SmallVector<int> kinds;
  auto note = [&](bool isSet, int kind) {
    if (isSet)
      kinds.push_back(kind);
  };
  note(attribute.has_f(), AttributeProto::FLOAT);
  note(attribute.has_i(), AttributeProto::INT);
  note(attribute.has_s(), AttributeProto::STRING);
  note(attribute.has_t(), AttributeProto::TENSOR);
  note(attribute.has_g(), AttributeProto::GRAPH);
  note(attribute.has_tp(), AttributeProto::TYPE_PROTO);
  note(attribute.has_sparse_tensor(), AttributeProto::SPARSE_TENSOR);
  note(attribute.floats_size() > 0, AttributeProto::FLOATS);
  note(attribute.ints_size() > 0, AttributeProto::INTS);
  note(attribute.strings_size() > 0, AttributeProto::STRINGS);
  note(attribute.tensors_size() > 0, AttributeProto::TENSORS);
  note(attribute.graphs_size() > 0, AttributeProto::GRAPHS);
  note(attribute.sparse_tensors_size() > 0, AttributeProto::SPARSE_TENSORS);
  note(attribute.type_protos_size() > 0, AttributeProto::TYPE_PROTOS);
  return kinds;
}

static std::string listAttributes(const Schema &schema) {
  std::string text;
  for (const schema::Attribute &attribute : schema.attributes())
    text += (text.empty() ? "" : ", ") + std::string(attribute.name);
  return text.empty() ? "none" : text;
}

/// True when a kind must be stated by a value: numbers and lists may hold protobuf's default, which is not
/// written.
static bool needsValue(int kind) {
  return kind == AttributeProto::TENSOR || kind == AttributeProto::GRAPH ||
         kind == AttributeProto::SPARSE_TENSOR || kind == AttributeProto::TYPE_PROTO;
}

static void checkAttribute(const schema::Attribute &expected, const AttributeProto &attribute,
                           ExternalFiles &files, const Limits &limits, Problems &problems) {
  std::string what = "attribute '" + attribute.name() + "'";
  llvm::SmallVector<int> kinds = kindsOfValues(attribute);
  if (attribute.type() != expected.kind) {
    problems.push_back(
        (Twine(what) + " is " + kindName(attribute.type()) + "; accepted: " + kindName(expected.kind)).str());
    return;
  }
  if (!attribute.ref_attr_name().empty()) {
    if (!kinds.empty())
      problems.push_back(what + " refers to the function's '" + attribute.ref_attr_name() +
                         "' and also holds a value");
    return;
  }
  if (kinds.size() > 1 || (kinds.size() == 1 && kinds.front() != expected.kind) ||
      (kinds.empty() && needsValue(expected.kind))) {
    problems.push_back((Twine(what) + " must hold " + kindName(expected.kind) + " and nothing else").str());
    return;
  }
  Problems found;
  if (attribute.has_t())
    found = findProblems(attribute.t(), files, limits);
  if (attribute.has_sparse_tensor())
    found = findProblems(attribute.sparse_tensor(), files, limits);
  for (const std::string &problem : found)
    problems.push_back("tensor of " + what + ": " + problem);
}

/// Attributes whose integer is an element type.
static bool namesElementType(StringRef attribute) {
  return attribute == "to" || attribute == "dtype" || attribute == "output_datatype";
}

static void checkConstantForm(const Schema &schema, const NodeProto &node, Problems &problems) {
  if (StringRef(schema.name) == "Constant" && node.attribute_size() != 1)
    problems.push_back("has " + std::to_string(node.attribute_size()) +
                       " attributes; a Constant has exactly one of " + listAttributes(schema));
}

void checkAttributes(const Schema &schema, const NodeProto &node, ExternalFiles &files, const Limits &limits,
                     Problems &problems) {
  llvm::StringSet<> seen;
  for (const AttributeProto &attribute : node.attribute()) {
    if (!seen.insert(attribute.name()).second)
      problems.push_back("attribute '" + attribute.name() + "' is given more than once");
    const schema::Attribute *expected = schema.findAttribute(attribute.name());
    if (!expected) {
      problems.push_back("unknown attribute '" + attribute.name() + "'; accepted: " + listAttributes(schema));
      continue;
    }
    checkAttribute(*expected, attribute, files, limits, problems);
    if (namesElementType(attribute.name()) && attribute.ref_attr_name().empty() &&
        !findElementType(static_cast<int>(attribute.i())))
      problems.push_back("attribute '" + attribute.name() + "' names the unknown element type " +
                         std::to_string(attribute.i()) + "; accepted: " + listElementTypes());
  }
  for (const schema::Attribute &attribute : schema.attributes())
    if (attribute.required && !seen.contains(attribute.name))
      problems.push_back(std::string("attribute '") + attribute.name + "' is required and missing");
  checkConstantForm(schema, node, problems);
}

//===------------------------------------------------------------------------------------------------------------===//
// Scales
//===------------------------------------------------------------------------------------------------------------===//

void checkScales(const Schema &schema, const NodeProto &node, const Scope &scope, ExternalFiles &files,
                 Problems &problems) {
  for (int index = 0; index < node.input_size(); ++index) {
    const schema::Parameter *parameter = schema.input(index);
    // x_scale, y_scale, w_scale, a_scale...: ONNX gives this name to quantization scales only.
    if (!parameter || !StringRef(parameter->name).ends_with("_scale"))
      continue;
    const KnownValue *value = scope.find(node.input(index));
    if (!value || !value->constant || !findProblems(*value->constant, files, {}).empty())
      continue;
    auto scales = readFloats(*value->constant, files);
    if (!scales)
      continue;
    for (double scale : *scales)
      if (!std::isfinite(scale) || scale <= 0) {
        problems.push_back((Twine("scale '") + node.input(index) + "' holds " + std::to_string(scale) +
                            "; accepted: finite and positive values")
                               .str());
        break;
      }
  }
}

} // namespace quern
