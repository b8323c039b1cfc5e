"""Writes the ODS, headers and run-time tables of the `onnx` dialect from the schemas of the `onnx` package.

The package is the one source of truth: names, operands, attributes, defaults, element types and documentation.
OpTraits.py adds what a schema does not say. Files are rewritten only when their text changes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import json
import pathlib

from onnx import AttributeProto, defs

import OpTraits

Option = defs.OpSchema.FormalParameterOption
Kind = defs.OpSchema.AttrType

# The folder of a schema's source file in the onnx package -> our family.
FAMILIES = {
    "controlflow": "ControlFlow", "generator": "Generator", "image": "Image", "logical": "Logical", "math": "Math",
    "nn": "NN", "object_detection": "ObjectDetection", "optional": "Optional", "quantization": "Quantization",
    "reduction": "Reduction", "rnn": "Recurrent", "sequence": "Sequence", "tensor": "Tensor", "text": "Text",
}

ELEMENT_TYPES = {
    "float": "F32", "double": "F64", "float16": "F16", "bfloat16": "BF16", "bool": "I1", "string": "ONNX_String",
    "complex64": "Complex<F32>", "complex128": "Complex<F64>",
    "float8e4m3fn": "F8E4M3FN", "float8e4m3fnuz": "F8E4M3FNUZ", "float8e5m2": "F8E5M2", "float8e5m2fnuz": "F8E5M2FNUZ",
    "float8e8m0": "F8E8M0FNU", "float6e2m3": "F6E2M3FN", "float6e3m2": "F6E3M2FN", "float4e2m1": "F4E2M1FN",
    **{f"int{bits}": f"I<{bits}>" for bits in (2, 4, 8, 16, 32, 64)},
    **{f"uint{bits}": f"UI<{bits}>" for bits in (2, 4, 8, 16, 32, 64)},
}
# Schemas that list this many element types mean "any tensor"; enumerating them would only cost compile time.
ANY_TENSOR_FROM = 14

ATTRIBUTES = {
    Kind.INT: ("I64Attr", "Integer"), Kind.FLOAT: ("F32Attr", "Float"), Kind.STRING: ("StrAttr", "String"),
    Kind.INTS: ("DenseI64ArrayAttr", "Integers"), Kind.FLOATS: ("DenseF32ArrayAttr", "Floats"),
    Kind.STRINGS: ("StrArrayAttr", "Strings"), Kind.TENSOR: ("ElementsAttr", "Tensor"),
    Kind.TYPE_PROTO: ("TypeAttr", "Type"),
}


def newest_schemas():
    """The newest version of every operator of the default domain that is not deprecated."""
    newest = {}
    for schema in defs.get_all_schemas_with_history():
        if schema.domain == "" and (schema.name not in newest
                                    or schema.since_version > newest[schema.name].since_version):
            newest[schema.name] = schema
    return [newest[name] for name in sorted(newest) if not newest[name].deprecated]


def family_of(schema):
    return FAMILIES[pathlib.PurePath(schema.file).parent.name]


def text(string):
    return json.dumps(string, ensure_ascii=True)


def prose(string):
    """Documentation as an ODS code block."""
    return "[{" + (string or "").replace("}]", "} ]").replace("\r", "") + "\n  }]"


def summary(schema):
    first = (schema.doc or "").strip().split("\n\n")[0].split(". ")[0]
    return text(" ".join(first.split())[:120])


# Types ------------------------------------------------------------------------------------------------------------


def allowed_types(schema, type_string):
    for constraint in schema.type_constraints:
        if constraint.type_param_str == type_string:
            return sorted(constraint.allowed_type_strs)
    return [type_string]


def type_constraint(schema, parameter, extra):
    """The ODS constraint of one operand or result; `extra` are further element types that OpTraits.py admits."""
    tensors, others = [], []
    for name in allowed_types(schema, parameter.type_str):
        if name.startswith("tensor("):
            tensors.append(ELEMENT_TYPES[name[len("tensor("):-1]])
        else:
            others.append({"seq": "ONNX_AnySequence", "map": "ONNX_AnyMap",
                           "optional": "ONNX_AnyOptional"}[name.split("(")[0]])
    if OpTraits.moves_data(schema.name) and len(tensors) > 1 or len(tensors) >= ANY_TENSOR_FROM:
        choices = ["AnyTensor"]
    else:
        choices = [f"TensorOf<[{', '.join(tensors + extra)}]>"] if tensors else []
    choices += sorted(set(others))
    if parameter.option == Option.Optional:
        choices.append("NoneType")
    one = choices[0] if len(choices) == 1 else f"AnyTypeOf<[{', '.join(choices)}]>"
    return f"Variadic<{one}>" if parameter.option == Option.Variadic else one


# Attributes -------------------------------------------------------------------------------------------------------


def default_of(attribute):
    """(C++ text for ODS, MLIR text for the run-time table), or (None, None)."""
    value = attribute.default_value
    if value.type == AttributeProto.UNDEFINED:
        return None, None
    if attribute.type == Kind.INT:
        return str(value.i), str(value.i)
    if attribute.type == Kind.FLOAT:
        return f"{value.f!r}f", repr(value.f)
    if attribute.type == Kind.STRING:
        string = value.s.decode()
        return text(string), string
    if attribute.type == Kind.INTS:
        return "{" + ", ".join(map(str, value.ints)) + "}", ",".join(map(str, value.ints))
    if attribute.type == Kind.STRINGS:  # ODS has no default for arrays of strings
        return None, ",".join(string.decode() for string in value.strings)
    raise ValueError(f"{attribute.name}: a default of kind {attribute.type} is not supported")


def attributes_of(schema):
    return [a for a in schema.attributes.values()
            if a.type in ATTRIBUTES and OpTraits.keeps_attribute(schema.name, a.name)]


def regions_of(schema):
    names = [a.name for a in schema.attributes.values() if a.type == Kind.GRAPH]
    return OpTraits.order_of_regions(schema.name, names)


def is_required(schema, attribute):
    return attribute.required or OpTraits.requires_attribute(schema.name, attribute.name)


def attribute_constraint(schema, attribute):
    constraint, _ = ATTRIBUTES[attribute.type]
    default, _ = default_of(attribute)
    if is_required(schema, attribute):
        return constraint
    if default is None:
        return f"OptionalAttr<{constraint}>"
    quoted = text(default) if attribute.type != Kind.STRING else text(default.replace('"', '\\"'))
    if attribute.type == Kind.STRING:
        return f"DefaultValuedStrAttr<StrAttr, {text(default[1:-1])}>"
    return f"DefaultValuedAttr<{constraint}, {quoted}>"


# ODS --------------------------------------------------------------------------------------------------------------


def ods_of(schema):
    traits = OpTraits.of(schema.name)
    taken = {p.name for p in schema.inputs} | {a.name for a in attributes_of(schema)} | set(regions_of(schema))
    arguments = [f"{type_constraint(schema, p, traits.elements.get(p.name, []))}:${p.name}" for p in schema.inputs]
    arguments += [f"{attribute_constraint(schema, a)}:${a.name}" for a in attributes_of(schema)]
    results = []
    for p in schema.outputs:
        name = p.name if p.name not in taken else f"{p.name}_result"
        results.append(f"{type_constraint(schema, p, traits.elements.get(p.name, []))}:${name}")
    separator = ",\n    "
    lines = [
        f'def ONNX_{schema.name}Op : ONNX_Op<"{schema.name}", [{", ".join(traits.list)}]> {{',
        f"  let summary = {summary(schema)};",
        f"  let description = {prose(documentation(schema))};",
        f"  let arguments = (ins {separator.join(arguments)});",
        f"  let results = (outs {separator.join(results)});",
    ]
    if regions_of(schema):
        regions = ", ".join(f"SizedRegion<1>:${name}" for name in regions_of(schema))
        lines.append(f"  let regions = (region {regions});")
    lines += [f"  {line}" for line in traits.fields]
    if traits.definition:
        lines.append(f"  let extraClassDefinition = commonDefinition # {prose(traits.definition)};")
    return "\n".join(lines) + "\n}\n"


def documentation(schema):
    parts = [schema.doc or "", f"\nSince opset {schema.since_version}.\n"]
    for title, parameters in (("Operands", schema.inputs), ("Results", schema.outputs)):
        entries = [f"- `{p.name}`: {' '.join(p.description.split())}\n" for p in parameters]
        parts += [f"\n{title}:\n", *entries] if entries else []
    entries = [f"- `{a.name}`: {' '.join(a.description.split())}\n" for a in attributes_of(schema)]
    parts += ["\nAttributes:\n", *entries] if entries else []
    parts += ["\nConstraints:\n", *(f"- ({label}) {sentence}\n" for label, sentence in
                                    OpTraits.constraints(schema.name).items())]
    return "".join(parts)


def family_ods(family, schemas):
    ops = "\n".join(ods_of(s) for s in schemas)
    return f'// Generated by generate_ods.py.\ninclude "dialects/ONNX/IR/ONNXBase.td"\n\n{ops}'


# C++ --------------------------------------------------------------------------------------------------------------


def family_header(family):
    return f"""// Ops of the family {family}. Generated by generate_ods.py.
#pragma once
#include "dialects/ONNX/IR/ONNXDialect.h"

#define GET_OP_CLASSES
#include "dialects/ONNX/IR/{family}.h.inc"
"""


def family_source(family):
    return f"""// Generated by generate_ods.py.
#include "dialects/ONNX/IR/{family}.h"
#include "dialects/ONNX/IR/OpHooks.h"

#define GET_OP_CLASSES
#include "dialects/ONNX/IR/{family}.cpp.inc"

void quern::onnx::detail::register{family}Ops(ONNXDialect &dialect) {{
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/ONNX/IR/{family}.cpp.inc"
      >();
}}
"""


def families_header(families):
    entries = "\n".join(f"QUERN_ONNX_FAMILY({family})" for family in families)
    return f"// QUERN_ONNX_FAMILY(name) for each op family. Generated by generate_ods.py.\n{entries}\n#undef QUERN_ONNX_FAMILY\n"


def parameters_table(schema, parameters):
    options = {Option.Single: "Single", Option.Optional: "Optional", Option.Variadic: "Variadic"}
    return ", ".join(f"{{{text(p.name)}, Occurrence::{options[p.option]}, {text(p.type_str)}, {p.min_arity}, "
                     f"{str(p.is_homogeneous).lower()}}}" for p in parameters)


def schema_table(schema):
    def attribute(a):
        default = default_of(a)[1]
        return (f"{{{text(a.name)}, AttributeKind::{ATTRIBUTES[a.type][1]}, {str(is_required(schema, a)).lower()}, "
                f"{str(default is not None).lower()}, {text(default or '')}}}")

    arrays, fields = [], []
    for kind, name, entries in (
            ("ParameterSchema", "inputs", parameters_table(schema, schema.inputs)),
            ("ParameterSchema", "outputs", parameters_table(schema, schema.outputs)),
            ("AttributeSchema", "attributes", ", ".join(map(attribute, attributes_of(schema)))),
            ("llvm::StringLiteral", "regions", ", ".join(map(text, regions_of(schema))))):
        if entries:
            arrays.append(f"const {kind} {schema.name}_{name}[] = {{{entries}}};\n")
        fields.append(f"{schema.name}_{name}" if entries else "{}")
    return "".join(arrays), f"    {{{text(schema.name)}, {schema.since_version}, {', '.join(fields)}}},\n"


def schemas_table(schemas):
    tables = [schema_table(s) for s in schemas]
    return ("// Sorted by name. Generated by generate_ods.py.\n" + "".join(arrays for arrays, _ in tables)
            + "const OpSchema schemas[] = {\n" + "".join(row for _, row in tables) + "};\n")


# ------------------------------------------------------------------------------------------------------------------


def write(path, content):
    if not path.exists() or path.read_text() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=pathlib.Path, help="folder that receives the files")
    folder = parser.parse_args().output
    schemas = newest_schemas()
    OpTraits.check_names({s.name for s in schemas})
    families = {}
    for schema in schemas:
        families.setdefault(family_of(schema), []).append(schema)
    for family, members in families.items():
        write(folder / f"{family}.td", family_ods(family, members))
        write(folder / f"{family}.h", family_header(family))
        write(folder / f"{family}.cpp", family_source(family))
    write(folder / "Families.inc", families_header(sorted([*families, "Structure"])))
    write(folder / "OpSchemas.inc", schemas_table(schemas))
    print(";".join(sorted(families)))


if __name__ == "__main__":
    main()
