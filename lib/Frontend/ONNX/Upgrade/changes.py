"""Lists how the forms of ONNX's operators changed since the oldest accepted opset, and what upgrades each change.

usage: changes.py            prints the table of README.md
       changes.py --update   writes it there
A change that only adds (optional inputs, attributes with a default that means the old behaviour, element types) needs
no class: an old node is a new node. Every other change needs one; test_upgrades.py holds the two lists together.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import collections
import pathlib
import re
import sys

from onnx import defs

HERE = pathlib.Path(__file__).resolve().parent
README = HERE.parent / "README.md"
BEGIN, END = "<!-- changes.py: begin -->\n", "<!-- changes.py: end -->\n"
OLDEST = 7
OPTIONAL = defs.OpSchema.FormalParameterOption.Optional
SINGLE = defs.OpSchema.FormalParameterOption.Single


def schema_pairs():
    """(old, new) for each new version of an operator since the oldest opset."""
    history = collections.defaultdict(list)
    for schema in defs.get_all_schemas_with_history():
        if schema.domain == "":
            history[schema.name].append(schema)
    for name in sorted(history):
        versions = sorted(history[name], key=lambda schema: schema.since_version)
        for old, new in zip(versions, versions[1:]):
            if new.since_version > OLDEST and not old.deprecated:
                yield old, new


def default_text(attribute):
    return " ".join(str(attribute.default_value).split())


def attribute_changes(old, new):
    """(what changed, does an old node need another form) for each attribute."""
    for name in sorted(set(old.attributes) | set(new.attributes)):
        a, b = old.attributes.get(name), new.attributes.get(name)
        if b is None:
            yield f"attribute `{name}` gone", True
        elif a is None:
            yield f"attribute `{name}` new", b.required
        elif a.type != b.type:
            yield f"attribute `{name}` of another kind", True
        elif default_text(a) != default_text(b):
            yield f"default of `{name}` differs", True


def input_changes(old, new):
    for a, b in zip(old.inputs, new.inputs):
        if a.option != b.option:
            yield f"input `{b.name}` {str(b.option).rsplit('.', 1)[-1].lower()}", b.option != OPTIONAL
        if set(a.types) - set(b.types):
            yield f"input `{b.name}` of fewer types", False
    for b in new.inputs[len(old.inputs):]:
        yield f"input `{b.name}` new", b.option == SINGLE
    for a in old.inputs[len(new.inputs):]:
        yield f"input `{a.name}` gone", True


def output_changes(old, new):
    if len(old.outputs) > len(new.outputs):
        yield "fewer outputs", True
    elif len(old.outputs) < len(new.outputs):
        yield "more outputs", False


def changes():
    """(operator, opset) -> (descriptions, does it need a class)."""
    table = {}
    for old, new in schema_pairs():
        if new.deprecated:
            found = [("deprecated", True)]
        else:
            found = [*attribute_changes(old, new), *input_changes(old, new), *output_changes(old, new)]
        if found:
            table[new.name, new.since_version] = [text for text, _ in found], any(needed for _, needed in found)
    return table


def classes():
    """(operator, opset) -> name of the class, read from the sources."""
    table = {}
    for path in sorted(HERE.glob("*.cpp")):
        source = path.read_text()
        for name, opset, operators in re.findall(
                r"class (\w+) : public Upgrade \{(?:(?!\nclass ).)*?: Upgrade\((\d+), \{(.*?)\}\)", source, re.S):
            for operator in re.findall(r'"(\w+)"', operators):
                table[operator, int(opset)] = name
        for opset, operators in re.findall(r"\badd\((\d+),\s*\{(.*?)\},\s*\"", source, re.S):
            for operator in re.findall(r'"(\w+)"', operators):
                table[operator, int(opset)] = "IntegersToInput"
    return table


def without_class(texts):
    return "nothing: the types are refused" if any("fewer types" in text for text in texts) else "nothing: it only adds"


def markdown():
    by_class = classes()
    known = changes()
    lines = ["| operator | opset | change of form | upgraded by |\n", "|---|---|---|---|\n"]
    for operator, opset in sorted({*known, *by_class}):
        texts, _ = known.get((operator, opset), (["meaning only"], True))
        upgrade = by_class.get((operator, opset))
        answer = f"`{upgrade}`" if upgrade else without_class(texts)
        lines.append(f"| {operator} | {opset} | {'; '.join(texts)} | {answer} |\n")
    return "".join(lines)


def main():
    if sys.argv[1:] != ["--update"]:
        print(markdown(), end="")
        return
    text = README.read_text()
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    README.write_text(text[:start] + markdown() + text[end:])


if __name__ == "__main__":
    main()
