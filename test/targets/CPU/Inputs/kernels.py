"""Builds kernels from linalg text with the CPU target's passes and without, runs both, and compares.

The optimized and the naive program are the same function; integers must agree bit for bit, floats to a tolerance.
"""
import ctypes
import os
import shutil
import subprocess
import tempfile

import numpy as np

LLVM = os.environ.get("QUERN_LLVM_TOOLS", "")
LIBRARIES = os.path.realpath(os.path.join(os.path.dirname(shutil.which("mlir-translate")), "..", "lib"))

BUFFERIZE = ["--canonicalize", "--cse", "--eliminate-empty-tensors", "--one-shot-bufferize=bufferize-function-boundaries=1 function-boundary-type-conversion=identity-layout-map"
             " unknown-type-conversion=identity-layout-map"]
LOWER = ["--convert-linalg-to-loops", "--expand-strided-metadata", "--lower-affine", "--convert-scf-to-cf",
         "--convert-vector-to-llvm", "--convert-math-to-llvm", "--expand-strided-metadata", "--lower-affine",
         "--finalize-memref-to-llvm", "--convert-arith-to-llvm", "--convert-index-to-llvm", "--convert-cf-to-llvm",
         "--convert-func-to-llvm=use-bare-ptr-memref-call-conv=1", "--reconcile-unrealized-casts"]


def target(cpu):
    return f"=cpu={cpu}" if cpu else ""


def optimized(cpu):
    t = target(cpu)
    return (["--quern-cpu-channels-last", "--canonicalize", f"--quern-cpu-form-contractions{t}", "--canonicalize", "--cse",
             "--quern-cpu-pad-in-place"] + BUFFERIZE +
            ["--quern-unroll-copies", f"--quern-cpu-lower-contractions{t}", f"--quern-cpu-vectorize-loops{t}"] + LOWER)


def naive(cpu):
    return BUFFERIZE + LOWER


def tool(name):
    return os.path.join(LLVM, name) if LLVM else name


def build(text, passes, cpu="native", keep=None):
    """Compiles `text` and returns the loaded library."""
    folder = tempfile.mkdtemp() if keep is None else keep
    os.makedirs(folder, exist_ok=True)
    lowered = subprocess.run(["quern-opt", "--canonicalize", "--cse"] + passes, input=text.encode(), stdout=subprocess.PIPE,
                             check=True).stdout
    ir = subprocess.run([tool("mlir-translate"), "--mlir-to-llvmir"], input=lowered, stdout=subprocess.PIPE, check=True).stdout
    path = os.path.join(folder, "kernel.ll")
    with open(path, "wb") as f:
        f.write(ir)
    library = os.path.join(folder, "kernel.so")
    subprocess.run([tool("clang"), "-O3", "-Wno-override-module", f"-march={cpu or 'native'}", "-shared", "-fPIC", "-x", "ir", path, "-o",
                    library, "-lm", "-L" + LIBRARIES, "-Wl,-rpath," + LIBRARIES, "-lmlir_c_runner_utils"], check=True)
    return ctypes.CDLL(library)


def run(library, inputs, output):
    """Calls @main(inputs..., output)."""
    pointers = [ctypes.c_void_p(a.ctypes.data) for a in inputs] + [ctypes.c_void_p(output.ctypes.data)]
    library.main(*pointers)
    return output


def mlir_type(array_or_type, shape=None):
    names = {"float32": "f32", "int8": "i8", "uint8": "i8", "int32": "i32", "int16": "i16"}
    if shape is None:
        shape, array_or_type = array_or_type.shape, array_or_type.dtype
    return "x".join([str(d) for d in shape] + [names[str(np.dtype(array_or_type))]])


def constant(name, array):
    data = array.tobytes()
    return f'%{name} = arith.constant dense<"0x{data.hex().upper()}"> : tensor<{mlir_type(array)}>\n' if array.size > 1 else \
        f'%{name} = arith.constant dense<{array.item()}> : tensor<{mlir_type(array)}>\n'
