// What a user may ask of the compiler, independent of how it was asked (command line, C API).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

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

/// Methods that choose codes of weights rather than transform the model; auto is all of them, if there is
/// data.
inline constexpr std::array<const char *, 3> roundingNames = {"auto", "clip", "gptq"};

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

  std::string quantize;       ///< scheme such as "W8A8"; empty = float
  std::string activationType; ///< u8 or s8; empty: what the scheme says, else u8
  std::string activationScheme = "asymmetric";
  std::string weightGranularity = "channel";
  int64_t groupSize = -1;   ///< elements of a weight's channel that share a scale; -1: all of them
  std::string weightScheme; ///< symmetric or asymmetric; empty: what the scheme says
  std::vector<std::string> roundings = {"auto"}; ///< of roundingNames; empty: round to nearest
  bool roundingsAreAsked = false;                ///< by name, not by default
  std::vector<std::string> exclude;              ///< regular expressions over node names that stay float
  std::vector<std::string> methods; ///< transformations for accuracy, in order (lib/Pipelines/Transform.h)
  bool failOnFloat = false;

  std::string calibrationData;   ///< file or folder; "random" by name
  std::string calibrationCache;  ///< statistics file to reuse or to write
  std::string observer = "norm"; ///< how ranges are chosen from statistics (lib/Numerics/Observer.h)

  std::string target = "cpu";
  std::string triple, cpu, features; ///< empty = this machine
  unsigned optimizationLevel = 3;

  Verification verify = Verification::None;
  double relativeTolerance = 1e-4, absoluteTolerance = 1e-5;
  bool verbose = false;
};

} // namespace quern
