// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Validate/TypeRules.h"

#include "lib/Frontend/ONNX/Read/ElementType.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/Twine.h"

namespace quern {

using llvm::StringRef;
using llvm::Twine;
using proto::AttributeProto;
using proto::NodeProto;
using proto::TensorProto;

const AttributeProto *findAttribute(const NodeProto &node, StringRef name) {
  for (const AttributeProto &attribute : node.attribute())
    if (name == attribute.name())
      return &attribute;
  return nullptr;
}

int64_t integerAttribute(const NodeProto &node, StringRef name, int64_t otherwise) {
  const AttributeProto *attribute = findAttribute(node, name);
  return attribute ? attribute->i() : otherwise;
}

StringRef TypeNames::tensor(int64_t elementType) {
  const ElementType *type = findElementType(static_cast<int>(elementType));
  return type && type->number == elementType ? intern("tensor(" + type->name + ")") : StringRef();
}

StringRef TypeNames::of(const proto::TypeProto &type) {
  // Types nest as deep as messages may; the depth is bounded by the parser.
  auto wrap = [&](const Twine &prefix, const proto::TypeProto &inner) {
    StringRef element = of(inner);
    return element.empty() ? StringRef() : intern(prefix + element + ")");
  };
  if (type.has_tensor_type())
    return tensor(type.tensor_type().elem_type());
  if (type.has_sequence_type())
    return wrap("seq(", type.sequence_type().elem_type());
  if (type.has_optional_type())
    return wrap("optional(", type.optional_type().elem_type());
  const ElementType *key = type.has_map_type() ? findElementType(type.map_type().key_type()) : nullptr;
  return key ? wrap("map(" + key->name + ", ", type.map_type().value_type()) : StringRef();
}

//===------------------------------------------------------------------------------------------------------------===//
// Operators whose output types no type variable gives
//===------------------------------------------------------------------------------------------------------------===//

namespace {
/// A node whose outputs are being typed.
struct Site {
  const NodeProto &node;
  const TypeContext &context;
  TypeNames &names;

  StringRef input(size_t index) const {
    return index < context.inputs.size() ? context.inputs[index] : StringRef();
  }
  StringRef fromAttribute(StringRef attribute, int64_t otherwise) const {
    return names.tensor(integerAttribute(node, attribute, otherwise));
  }
  /// `attribute` if stated (and not 0), else the type of the first input.
  StringRef fromAttributeOrInput(StringRef attribute) const {
    int64_t stated = integerAttribute(node, attribute, 0);
    return stated == 0 ? input(0) : names.tensor(stated);
  }
  StringRef unwrap(StringRef type, StringRef wrapper) const {
    return type.consume_front(wrapper) && type.consume_back(")") ? names.intern(type) : StringRef();
  }
  StringRef wrap(StringRef wrapper, StringRef type) const {
    return type.empty() ? StringRef() : names.intern(wrapper + type + ")");
  }
};
} // namespace

/// The type of the `index`-th output; empty when the schema's type variables decide.
using Rule = StringRef (*)(const Site &, size_t index);

static StringRef constantType(const Site &site, size_t) {
  for (const AttributeProto &attribute : site.node.attribute()) {
    StringRef name = attribute.name();
    if (name == "value")
      return site.names.tensor(attribute.t().data_type());
    if (name == "sparse_value")
      return site.names.tensor(attribute.sparse_tensor().values().data_type());
    if (name == "value_int" || name == "value_ints")
      return site.names.tensor(TensorProto::INT64);
    if (name == "value_float" || name == "value_floats")
      return site.names.tensor(TensorProto::FLOAT);
    if (name == "value_string" || name == "value_strings")
      return site.names.tensor(TensorProto::STRING);
  }
  return {};
}

static StringRef constantOfShapeType(const Site &site, size_t) {
  const AttributeProto *value = findAttribute(site.node, "value");
  return site.names.tensor(value ? value->t().data_type() : TensorProto::FLOAT);
}

static StringRef quantizedType(const Site &site, size_t) {
  if (int64_t stated = integerAttribute(site.node, "output_dtype", 0))
    return site.names.tensor(stated);
  return site.node.input_size() > 2 && !site.node.input(2).empty() ? site.input(2)
                                                                   : site.names.tensor(TensorProto::UINT8);
}

static StringRef dequantizedType(const Site &site, size_t) {
  int64_t stated = integerAttribute(site.node, "output_dtype", 0);
  return stated ? site.names.tensor(stated) : site.input(1);
}

/// LayerNormalization states its statistics in the type of `stash_type`, y in that of x.
static StringRef layerNormalizationType(const Site &site, size_t index) {
  return index == 0 ? StringRef() : site.fromAttribute("stash_type", TensorProto::FLOAT);
}

static StringRef optionalType(const Site &site, size_t) {
  const AttributeProto *type = findAttribute(site.node, "type");
  return site.wrap("optional(", type ? site.names.of(type->tp()) : site.input(0));
}

static StringRef optionalElementType(const Site &site, size_t) {
  StringRef type = site.unwrap(site.input(0), "optional(");
  return type.empty() ? site.input(0) : type;
}

/// Carried values keep their type; the outputs behind them collect what the body yields.
static StringRef scanType(const Site &site, size_t index) {
  int64_t states = site.node.input_size() - integerAttribute(site.node, "num_scan_inputs", 0);
  if (static_cast<int64_t>(index) < states)
    return site.input(index);
  return index < site.context.bodyOutputs.size() ? site.context.bodyOutputs[index] : StringRef();
}

static StringRef loopType(const Site &site, size_t index) {
  if (index + 2 < static_cast<size_t>(site.node.input_size()))
    return site.input(index + 2);
  // The body yields the condition first.
  return index + 1 < site.context.bodyOutputs.size() ? site.context.bodyOutputs[index + 1] : StringRef();
}

static StringRef bodyType(const Site &site, size_t index) {
  return index < site.context.bodyOutputs.size() ? site.context.bodyOutputs[index] : StringRef();
}

static Rule findRule(StringRef op) {
  static const llvm::StringMap<Rule> rules = [] {
    llvm::StringMap<Rule> map;
    for (StringRef name : {"Cast", "BitCast"})
      map[name] = [](const Site &site, size_t) { return site.fromAttribute("to", 0); };
    for (StringRef name : {"BlackmanWindow", "HammingWindow", "HannWindow", "MelWeightMatrix"})
      map[name] = [](const Site &site, size_t) {
        return site.fromAttribute("output_datatype", TensorProto::FLOAT);
      };
    for (StringRef name : {"RandomNormal", "RandomUniform"})
      map[name] = [](const Site &site, size_t) { return site.fromAttribute("dtype", TensorProto::FLOAT); };
    for (StringRef name : {"Bernoulli", "EyeLike", "RandomNormalLike", "RandomUniformLike"})
      map[name] = [](const Site &site, size_t) { return site.fromAttributeOrInput("dtype"); };
    map["Multinomial"] = [](const Site &site, size_t) {
      return site.fromAttribute("dtype", TensorProto::INT32);
    };
    map["Constant"] = constantType;
    map["ConstantOfShape"] = constantOfShapeType;
    map["QuantizeLinear"] = quantizedType;
    map["DequantizeLinear"] = dequantizedType;
    map["LayerNormalization"] = layerNormalizationType;
    map["Optional"] = optionalType;
    map["OptionalGetElement"] = optionalElementType;
    map["SequenceEmpty"] = [](const Site &site, size_t) {
      return site.wrap("seq(", site.fromAttribute("dtype", TensorProto::FLOAT));
    };
    for (StringRef name : {"SequenceConstruct", "SplitToSequence"})
      map[name] = [](const Site &site, size_t) { return site.wrap("seq(", site.input(0)); };
    for (StringRef name : {"SequenceAt", "ConcatFromSequence"})
      map[name] = [](const Site &site, size_t) { return site.unwrap(site.input(0), "seq("); };
    map["SequenceMap"] = [](const Site &site, size_t index) {
      return site.wrap("seq(", bodyType(site, index));
    };
    map["If"] = bodyType;
    map["Loop"] = loopType;
    map["Scan"] = scanType;
    return map;
  }();
  return rules.lookup(op);
}

llvm::SmallVector<StringRef> bodyInputTypes(const NodeProto &node, llvm::ArrayRef<StringRef> inputs,
                                            TypeNames &names) {
  StringRef op = node.op_type();
  if (op == "Loop") {
    llvm::SmallVector<StringRef> types = {names.tensor(TensorProto::INT64), names.tensor(TensorProto::BOOL)};
    types.append(inputs.begin() + std::min<size_t>(2, inputs.size()), inputs.end());
    return types;
  }
  if (op == "Scan")
    return llvm::SmallVector<StringRef>(inputs);
  llvm::SmallVector<StringRef> types;
  if (op == "SequenceMap")
    for (StringRef type : inputs) {
      bool isSequence = type.consume_front("seq(") && type.consume_back(")");
      types.push_back(isSequence ? names.intern(type) : type);
    }
  return types;
}

//===------------------------------------------------------------------------------------------------------------===//
// Type variables
//===------------------------------------------------------------------------------------------------------------===//

namespace {
/// A type variable's value and the input that gave it.
struct Binding {
  StringRef type, input;
};
using Bindings = llvm::StringMap<Binding>;
} // namespace

static bool bindsVariable(const schema::Parameter &parameter) {
  return parameter.presence != schema::Presence::Variadic || parameter.homogeneous;
}

static void bindInputs(const schema::Schema &schema, const NodeProto &node, llvm::ArrayRef<StringRef> types,
                       Bindings &bindings, std::vector<std::string> &problems) {
  for (auto [index, type] : llvm::enumerate(types)) {
    const schema::Parameter *parameter = schema.input(index);
    if (type.empty() || !parameter)
      continue;
    std::string what =
        (Twine("input '") + parameter->name + "' (value '" + node.input(static_cast<int>(index)) + "')")
            .str();
    if (!parameter->allows(type)) {
      problems.push_back(what + " has type " + type.str() + "; accepted: " + parameter->describeTypes());
      continue;
    }
    if (!bindsVariable(*parameter))
      continue;
    auto [entry, isNew] =
        bindings.try_emplace(parameter->type, Binding{type, node.input(static_cast<int>(index))});
    if (!isNew && entry->second.type != type)
      problems.push_back(what + " has type " + type.str() + " and value '" + entry->second.input.str() +
                         "' has type " + entry->second.type.str() + "; both must have one type");
  }
}

/// The type of a parameter that allows one type only.
static StringRef soleType(const schema::Parameter &parameter, TypeNames &names) {
  return parameter.types.count == 1 ? names.intern(parameter.onlyType()) : StringRef();
}

InferredTypes inferTypes(const schema::Schema &schema, const NodeProto &node, const TypeContext &context,
                         TypeNames &names) {
  InferredTypes result;
  Bindings bindings;
  bindInputs(schema, node, context.inputs, bindings, result.problems);
  Rule rule = findRule(schema.name);
  for (int index = 0; index < node.output_size(); ++index) {
    const schema::Parameter *parameter = schema.output(index);
    StringRef type;
    if (rule)
      type = rule({node, context, names}, index);
    if (type.empty() && parameter)
      type = soleType(*parameter, names);
    if (type.empty() && parameter && bindsVariable(*parameter))
      type = bindings.lookup(parameter->type).type;
    if (!type.empty() && parameter && !parameter->allows(type)) {
      if (result.problems.empty())
        result.problems.push_back((Twine("output '") + parameter->name + "' would have type " + type +
                                   "; accepted: " + parameter->describeTypes())
                                      .str());
      type = {};
    }
    result.outputs.push_back(type);
  }
  return result;
}

} // namespace quern
