"""Damage to files, the same for the same seed.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import random

from google.protobuf.descriptor import FieldDescriptor

INTEGERS = [0, 1, -1, 2, 3, 7, 127, 255, -128, 2**16, 2**31 - 1, -2**31, 2**31, 2**40, 2**62, 2**63 - 1, -2**63]
FLOATS = [0.0, -0.0, 1.0, -1.0, 1e-45, 3e38, float("inf"), float("-inf"), float("nan")]
TEXTS = ["", "x", "image", "Conv", "Relu", "Loop", "ai.onnx.ml", "../../etc/passwd", "/dev/zero", "a" * 5000, "9" * 40]


def damage_bytes(data: bytes, seed: int) -> bytes:
    """Bits flipped, bytes replaced, pieces cut out, repeated or moved, or the end cut off."""
    choose, data = random.Random(seed), bytearray(data)
    for _ in range(choose.randint(1, 4)):
        if not data:
            break
        at, length = choose.randrange(len(data)), choose.randint(1, 16)
        kind = choose.randrange(6)
        if kind == 0:
            data[at] ^= 1 << choose.randrange(8)
        elif kind == 1:
            data[at] = choose.randrange(256)
        elif kind == 2:
            del data[at:at + length]
        elif kind == 3:
            data[at:at] = data[at:at + length]
        elif kind == 4:
            data[at:at + 8] = choose.choice([b"\xff" * 8, b"\x7f" * 8, bytes(8), b"9" * 8])
        elif choose.randrange(4) == 0:
            del data[at:]
    return bytes(data)


def messages_below(message):
    """The message and every message in it."""
    yield message
    for field, value in message.ListFields():
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for inner in value if field.is_repeated else [value]:
                yield from messages_below(inner)


def hostile_value(field, choose):
    """A value that the field can hold, likely one that the program does not expect."""
    kind = field.cpp_type
    if kind == FieldDescriptor.CPPTYPE_STRING:
        text = choose.choice(TEXTS)
        return text.encode() if field.type == FieldDescriptor.TYPE_BYTES else text
    if kind in (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE):
        return choose.choice(FLOATS)
    if kind == FieldDescriptor.CPPTYPE_ENUM:
        return choose.choice(field.enum_type.values).number
    bits, signed = (32 if "32" in str(kind) or kind == FieldDescriptor.CPPTYPE_INT32 else 64), kind in (
        FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64)
    value = choose.choice(INTEGERS) % 2**bits
    return value - 2**bits if signed and value >= 2**(bits - 1) else value


def damage_message(message, seed: int):
    """Sets, removes, repeats or reorders fields of a message or of those inside; the result is still a message."""
    choose = random.Random(seed)
    for _ in range(choose.randint(1, 3)):
        target = choose.choice(list(messages_below(message)))
        fields = target.ListFields()
        if not fields:
            continue
        field, value = choose.choice(fields)
        kind = choose.randrange(4)
        if field.is_repeated and kind == 0:
            value.append(choose.choice(list(value)))
        elif field.is_repeated and kind == 1:
            del value[choose.randrange(len(value))]
        elif field.type == FieldDescriptor.TYPE_MESSAGE or kind == 0:
            target.ClearField(field.name)
        elif field.is_repeated:
            value[choose.randrange(len(value))] = hostile_value(field, choose)
        else:
            setattr(target, field.name, hostile_value(field, choose))
