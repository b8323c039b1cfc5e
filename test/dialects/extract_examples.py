"""Prints the ```mlir examples of TableGen files as one module each, so that a test can parse them.

An example may use values that it does not define; they become arguments, with the type that the
example's own text states for them. Examples that are a lone attribute become an attribute of an op.
"""
import re
import sys


def operand_types(statement):
    """The operands of one statement, with their types in order."""
    text = re.sub(r'"[^"]*"', "", statement)
    names = re.findall(r"%[\w]+", text.split("=", 1)[1] if re.match(r"\s*%[\w%, ]+ =", text) else text)
    signature = text[text.rindex("} : ") + 4:] if "} : " in text else text[text.rindex(" : ") + 3:]
    signature = signature.split(" -> ")[0].strip()
    if signature.startswith("("):
        signature = signature[1:-1]
    types, depth, start = [], 0, 0
    for i, c in enumerate(signature):
        depth += c in "<({"
        depth -= c in ">)}"
        if c == "," and depth == 0:
            types.append(signature[start:i].strip())
            start = i + 1
    types.append(signature[start:].strip())
    return list(zip(names, types))


def wrap(example):
    example = " ".join(line.strip() for line in example.strip().splitlines())
    if example.startswith("#"):
        return f'"test.attribute"() {{value = {example}}} : () -> ()'
    arguments = ", ".join(f"{name}: {type}" for name, type in operand_types(example))
    return f"func.func @example({arguments}) {{\n  {example}\n  return\n}}"


def main():
    for path in sys.argv[1:]:
        with open(path) as file:
            for example in re.findall(r"```mlir\n(.*?)```", file.read(), re.S):
                print(wrap(example))
                print("// -----")


main()
