// What a user may ask of the compiler, independent of how it was asked (command line, C API).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/DataReader.h"
#include "lib/Pipelines/Assignment/SensitivityTable.h"
#include "lib/Recipe/Budget.h"
#include "lib/Recipe/Preset.h"
#include "lib/Support/Progress.h"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
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

/// What is written: a shared library, an object with its C header, IR text, a (QDQ) ONNX model, what
/// calibration saw (lib/Calibration/Statistics.h), or what fewer bits lose
/// (lib/Pipelines/Assignment/SensitivityTable.h).
enum class EmitKind { SharedLibrary, Object, MLIR, ONNX, Statistics, Sensitivities };

/// A second execution that the artefact's outputs are compared with before it is written.
enum class Verification { None, Reference, OnnxRuntime };

/// How a compilation ended; the values are the programs' exit statuses.
enum class Outcome { Done = 0, Refused = 1, WrongUsage = 2 };

enum class Severity { Note, Warning, Error, Remark };

/// "note", "warning", "error", "remark".
const char *severityName(Severity severity);

/// Hears what there is to say: one reason, remark or note, without the program's name and the severity's.
using Messages = std::function<void(Severity severity, llvm::StringRef text)>;

/// Opens samples that lie in no file, for a model with these inputs; each call starts with the first sample.
/// A reader lives until the next call.
using OpenReader =
    std::function<llvm::Expected<std::unique_ptr<SampleReader>>(llvm::ArrayRef<InputSpec> inputs)>;

/// Where the length of sequences is, and the lengths to calibrate at.
struct LengthPlan {
  LengthProfile profile;
  std::string dimension;
  std::map<std::string, size_t> axes; ///< of each input that has it, by name
  std::optional<int64_t> samples;     ///< no more whole samples than these
};

struct CompileOptions {
  std::string model;  ///< path of the ONNX file
  std::string output; ///< path, "-" for standard output
  /// Where the output goes instead if it is to stay in memory; then `output` is empty, and `emit` not Object.
  std::string *bytes = nullptr;
  EmitKind emit = EmitKind::SharedLibrary;
  std::optional<Stage> stopAfter;
  std::map<std::string, int64_t> dimensions; ///< symbolic dimension -> size

  std::string recipe; ///< path of a recipe file; then `preset` says nothing
  Preset preset;      ///< what is quantized and how, without a file; an empty scheme: nothing
  bool failOnFloat = false;

  bool assignsToBudget = false; ///< the precision of each weight is chosen, within `budget`
  Budget budget;
  std::string givenBits;               ///< path of an assignment file; then nothing is searched
  std::string costTable;               ///< costs of ops to reuse, and to add to; may be empty
  std::string assignmentOutput, front; ///< where what was assigned, and the front, are written; may be empty
  std::string sensitivity; ///< the measure of what a weight's precision loses; empty: the best there is
  std::vector<std::string> sensitivityTables; ///< losses to reuse; one alone is added to, or made
  SensitivityPart sensitivityPart;            ///< of the weights, with EmitKind::Sensitivities

  std::string calibrationData;  ///< file or folder; "random" by name
  OpenReader calibrationReader; ///< used instead if there is one; `calibrationData` is what messages call it
  std::string calibrationCache; ///< statistics file to reuse or to write
  std::vector<std::string>
      calibrationShards;            ///< statistics files of parts of the data, more than one or none
  std::optional<LengthPlan> length; ///< found by the driver (CalibrationLength.h)

  std::string target = "cpu";
  std::string triple, cpu, features; ///< empty = this machine
  unsigned optimizationLevel = 3;
  std::vector<std::string> reports; ///< where the report is written: .html, .json
  bool profile = false;             ///< the code counts the time of each node

  Verification verify = Verification::None;
  double relativeTolerance = 1e-4, absoluteTolerance = 1e-5;
  std::string python; ///< interpreter that has ONNX Runtime; empty: $QUERN_PYTHON, else python3 on the path
  bool verbose = false;
  ProgressListener *progress = nullptr;
};

} // namespace quern
