// What a user may ask of the compiler, independent of how it was asked (command line, C API).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Preset.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace quern {

/// The stages in their order; each is named after what it yields (README.md).
enum class Stage {
  Import,
  Prepare,
  Calibrate,
  Transform,
  Assign,
  Quantize,
  Integerize,
  Structure,
  Target,
  Emit
};

inline constexpr std::array<const char *, 10> stageNames = {"import", "prepare",  "calibrate",  "transform",
                                                            "assign", "quantize", "integerize", "structure",
                                                            "target", "emit"};

/// What is written: a shared library, an object with its C header, IR text, or a (QDQ) ONNX model.
enum class EmitKind { SharedLibrary, Object, MLIR, ONNX };

/// A second execution that the artefact's outputs are compared with before it is written.
enum class Verification { None, Reference, OnnxRuntime };

/// How a compilation ended; the values are the programs' exit statuses.
enum class Outcome { Done = 0, Refused = 1, WrongUsage = 2 };

struct CompileOptions {
  std::string model;  ///< path of the ONNX file
  std::string output; ///< path, "-" for standard output
  EmitKind emit = EmitKind::SharedLibrary;
  std::optional<Stage> stopAfter;
  std::map<std::string, int64_t> dimensions; ///< symbolic dimension -> size

  std::string recipe; ///< path of a recipe file; then `preset` says nothing
  Preset preset;      ///< what is quantized and how, without a file; an empty scheme: nothing
  bool failOnFloat = false;

  std::string calibrationData;  ///< file or folder; "random" by name
  std::string calibrationCache; ///< statistics file to reuse or to write

  std::string target = "cpu";
  std::string triple, cpu, features; ///< empty = this machine
  unsigned optimizationLevel = 3;

  Verification verify = Verification::None;
  double relativeTolerance = 1e-4, absoluteTolerance = 1e-5;
  bool verbose = false;
};

} // namespace quern
