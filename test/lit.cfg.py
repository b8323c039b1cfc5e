"""lit configuration: the programs of the build folder, FileCheck and `not` from LLVM."""
import os
import platform

import lit.formats

config.name = "Quern"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.quern_build, "test")
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.quern_build, "bin"), config.llvm_tools, os.environ["PATH"]])
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):  # set by run.py
    if name in os.environ:
        config.environment[name] = os.environ[name]
config.substitutions.append(("%python", config.quern_python))
config.substitutions.append(("%source", config.quern_source))
config.substitutions.append(("%cc", config.c_compiler))
config.available_features.add(platform.machine())
