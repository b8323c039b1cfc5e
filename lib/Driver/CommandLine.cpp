// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/CommandLine.h"

#include "lib/Driver/Methods.h"
#include "lib/Driver/Overview.h"
#include "lib/Driver/Reporting.h"
#include "lib/Numerics/Observer.h"
#include "lib/Support/FlagSet.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Path.h"

namespace quern {

namespace {
struct Flags : FlagSet {
  Flag output{*this, "o", "file", "Output file; '-' is standard output"};
  Flag emit{
      *this, "emit", "kind",
      "so, obj (an object and a C header), mlir, onnx, statistics (what calibration saw, as JSON), or "
      "sensitivities (what fewer bits of each weight lose, as JSON, with --assign=auto); default: from the "
      "name of -o"};
  Flag stopAfter{*this, "stop-after", "stage", "Stop after this stage (with --emit=mlir)"};
  Flag dimensions{*this, "dim", "name=size,...",
                  "Sizes of symbolic dimensions; default: those of the calibration samples",
                  Flag::Kind::List};
  Flag quantize{*this, "quantize", "scheme",
                "Scheme: W8A8 (also A8W8, U8S8, S8S8), W2A8 to W7A8, or weights only: W2A16 to W8A16"};
  Flag recipe{*this, "recipe", "file.yaml",
              "A recipe (YAML or JSON, docs/recipes.md) instead of --quantize and what goes with it"};
  Flag activations{
      *this, "activations", "mode",
      "static (default: scales from calibration data) or dynamic (each row of a matrix product's left "
      "operand has its own, found at run time; needs no data, all else stays float)"};
  Flag activationType{*this, "activation-type", "type", "u8 or s8; default: what the scheme says, else u8"};
  Flag activationScheme{*this, "activation-scheme", "scheme", "asymmetric (default) or symmetric"};
  Flag weightGranularity{*this, "weight-granularity", "granularity", "channel (default) or tensor"};
  Flag groupSize{*this, "group-size", "N",
                 "Elements of a matrix's channel that share a scale; -1 (default): all of them. Convolutions "
                 "have one scale per channel"};
  Flag weightScheme{*this, "weight-scheme", "scheme",
                    "symmetric or asymmetric; default: asymmetric for weights of fewer than 8 bits"};
  std::string methodHelp =
      "auto (default): with data, what is best for each edge by the error of the outputs, "
      "with attention-rows and scales for rows where one for all loses much; then "
      "gptq and bias-correction, and clip and drift-correction below 8 bits, where they lower the error of "
      "the product. Rewrites for accuracy before quantization, in order: none, " +
      describeTransformations() +
      ". Codes of weights: clip (narrower ranges), gptq (error-compensated rounding), bias-correction (the "
      "mean of the results stays), drift-correction (weights make good for the errors of those before them)";
  Flag methods{*this, "method", "name,...", methodHelp, Flag::Kind::List};
  Flag assign{
      *this, "assign", "auto|file.yaml",
      "auto: the precision of each op with weights is chosen so that the model keeps --budget and loses "
      "least; or a file that states them (docs/mixed-precision.md)"};
  Flag budget{
      *this, "budget", "name=value,...",
      "What the model must fit into, with --assign=auto: size= (or flash=) bytes of weights (200000, 200K, "
      "1.5M, or 0.6x of 8-bit weights), sram= bytes of workspace, latency= of a run on one thread of this "
      "machine (2ms, 500us), which lets ops be float too, average-bits= of a weight. What nothing can keep is "
      "refused before calibration",
      Flag::Kind::List};
  Flag sensitivity{*this, "sensitivity", "name", describeSensitivities()};
  Flag sensitivityTable{
      *this, "sensitivity-table", "file.json",
      "What fewer bits lose, as --assign=auto or --emit=sensitivities measured it: reused, and "
      "what is missing is added. Given several times, for parts: they are added up and never "
      "written",
      Flag::Kind::Many};
  Flag sensitivityPart{*this, "sensitivity-part", "I/N",
                       "With --emit=sensitivities: of part I of N of the weights only"};
  Flag assignmentOutput{*this, "assignment-output", "file.yaml",
                        "Write what --assign=auto chose, to be edited and given back"};
  Flag costTable{*this, "cost-table", "file.json",
                 "What ops cost, as --assign=auto measured it: reused, and what is missing is added"};
  Flag front{*this, "pareto", "front.json",
             "Write the best choices for 33 budgets, and uniform ones, as JSON"};
  Flag report{
      *this, "report", "file.html|file.json,...",
      "Write where the error and the time of a quantized model come from, node by node, and what would "
      "help: a page for a browser, or JSON (docs/report.md)",
      Flag::Kind::List};
  Flag exclude{*this, "exclude", "regex", "Leave nodes float whose name matches; may be repeated",
               Flag::Kind::Many};
  Flag failOnFloat{
      *this, "fail-on-float", "",
      "Compute on integers up to the outputs, and refuse a quantized model that keeps a float operator",
      Flag::Kind::Switch};
  Flag calibrationData{
      *this, "calibration-data", "path",
      ".npz keyed by input name, .npy, a folder of either, or ONNX test data; 'random' only by that name"};
  Flag calibrationCache{*this, "calibration-cache", "file.json",
                        "Statistics file: reused if it fits model, data and settings, else written. Given "
                        "several times, for parts of the data: "
                        "they are added up and never written (--emit=statistics writes the sum)",
                        Flag::Kind::Many};
  Flag calibrationLength{
      *this, "calibration-length", "length[:weight],...",
      "Cut the samples to sequences of these lengths, all their tokens used, and take scales from the model "
      "bound to "
      "each (docs/recipes.md); auto: 128, 512, 2048 or the compiled length, whichever loses least"};
  Flag lengthDimension{
      *this, "length-dimension", "name",
      "The symbolic dimension that is the length; default: the only one behind the first axis"};
  Flag observer{*this, "observer", "name",
                "How ranges are chosen: norm (default), mse, entropy, percentile, moving-average, min-max"};
  Flag target{*this, "target", "name", "cpu (default) or reference (the unoptimized meaning of the graph)"};
  Flag triple{*this, "mtriple", "triple", "Target triple; default: this machine"};
  Flag cpu{*this, "mcpu", "cpu", "Target CPU, or 'native' (default)"};
  Flag architecture{*this, "march", "cpu", "Same as --mcpu, as C compilers spell it"};
  Flag features{*this, "mattr", "features", "CPU features, +name,-name"};
  Flag level{*this, "O", "level", "Optimization level of the generated code: -O0 to -O3 (default)"};
  Flag profile{*this, "profile", "",
               "Code that counts the time of each node, for quern-run --benchmark --profile",
               Flag::Kind::Switch};
  Flag verify{*this, "verify", "peer",
              "Before writing, compare with: reference, or onnxruntime (by an interpreter that has it)"};
  Flag python{*this, "python", "path",
              "Interpreter of --verify=onnxruntime; default: $QUERN_PYTHON, else python3 on the path"};
  Flag relativeTolerance{*this, "rtol", "number", "Relative tolerance of --verify"};
  Flag absoluteTolerance{*this, "atol", "number", "Absolute tolerance of --verify"};
  Flag verbose{*this, "v", "", "Time and memory of each stage on standard error", Flag::Kind::Switch};
  Flag help{*this, "help", "", "Print this", Flag::Kind::Switch};
  Flag version{*this, "version", "", "Print the version", Flag::Kind::Switch};
};

/// Collects every mistake of the command line, so that all are told in one run.
struct Mistakes {
  std::vector<std::string> texts;
  void add(const llvm::Twine &text) { texts.push_back(text.str()); }
};
} // namespace

static EmitKind chooseEmitKind(const Flags &flags, Mistakes &mistakes) {
  std::string kind = flags.emit.getValue();
  if (kind.empty()) {
    std::string output = flags.output.getValue();
    llvm::StringRef extension = llvm::sys::path::extension(output);
    kind = !flags.stopAfter.isGiven() ? llvm::StringSwitch<std::string>(extension)
                                            .Case(".o", "obj")
                                            .Case(".onnx", "onnx")
                                            .Case(".mlir", "mlir")
                                            .Default("so")
                                      : "mlir";
  }
  auto known = llvm::StringSwitch<std::optional<EmitKind>>(kind)
                   .Case("so", EmitKind::SharedLibrary)
                   .Case("obj", EmitKind::Object)
                   .Case("mlir", EmitKind::MLIR)
                   .Case("onnx", EmitKind::ONNX)
                   .Case("statistics", EmitKind::Statistics)
                   .Case("sensitivities", EmitKind::Sensitivities)
                   .Default(std::nullopt);
  if (!known)
    mistakes.add("--emit=" + kind + ": expected so, obj, mlir, onnx, statistics or sensitivities");
  return known.value_or(EmitKind::SharedLibrary);
}

static std::optional<Stage> chooseStage(llvm::StringRef name, Mistakes &mistakes) {
  if (name.empty())
    return std::nullopt;
  const auto *found = llvm::find(stageNames, name);
  if (found == stageNames.end()) {
    mistakes.add("--stop-after=" + name + ": expected one of " + llvm::join(stageNames, ", "));
    return std::nullopt;
  }
  return static_cast<Stage>(found - stageNames.begin());
}

static std::map<std::string, int64_t> parseDimensions(const Flags &flags, Mistakes &mistakes) {
  std::map<std::string, int64_t> dimensions;
  for (llvm::StringRef binding : flags.dimensions.getValues()) {
    auto [name, size] = binding.rsplit('=');
    int64_t value = 0;
    if (name.empty() || size.getAsInteger(10, value) || value < 1)
      mistakes.add("--dim=" + binding + ": expected name=size with a size of at least 1");
    else if (!dimensions.emplace(name.str(), value).second)
      mistakes.add("--dim=" + binding + ": '" + name + "' is bound twice");
  }
  return dimensions;
}

static std::vector<std::string> readMethods(const Flags &flags, Mistakes &mistakes) {
  std::vector<std::string> names = flags.methods.getValues();
  std::vector<std::string> known = listMethodNames();
  auto isKnown = [&](const std::string &name) { return llvm::is_contained(known, name); };
  for (const std::string &name : llvm::make_filter_range(names, std::not_fn(isKnown)))
    mistakes.add("--method: '" + name + "' is not a method; accepted are " + llvm::join(known, ", "));
  if (llvm::all_of(names, isKnown))
    if (std::string problem = findCompositionProblem(names); !problem.empty())
      mistakes.add("--method: " + problem);
  if (!names.empty() && !flags.quantize.isGiven() && !flags.assign.isGiven())
    mistakes.add("--method rewrites a model that is to be quantized: add --quantize");
  if (names.empty())
    return {"auto"};
  if (names.size() == 1)
    llvm::erase(names, "none");
  return names;
}

static void requireOneOf(const Flag &flag, llvm::StringRef value, llvm::ArrayRef<const char *> accepted,
                         Mistakes &mistakes) {
  if (!llvm::is_contained(accepted, value))
    mistakes.add(flag.spelling() + "=" + value + ": expected " + llvm::join(accepted, " or "));
}

/// A flag that is not given has the empty value.
static Preset readPreset(const Flags &flags, Mistakes &mistakes) {
  auto choose = [&](const Flag &flag, llvm::ArrayRef<const char *> accepted) {
    if (flag.isGiven())
      requireOneOf(flag, flag.getValue(), accepted, mistakes);
    return flag.getValue();
  };
  Preset preset;
  preset.scheme = flags.quantize.getValue(flags.assign.isGiven() ? "W8A8" : "");
  preset.activationMode = choose(flags.activations, {"static", "dynamic"});
  preset.activationType = choose(flags.activationType, {"u8", "s8"});
  preset.activationScheme = choose(flags.activationScheme, {"asymmetric", "symmetric"});
  preset.weightGranularity = choose(flags.weightGranularity, {"channel", "tensor"});
  preset.weightScheme = choose(flags.weightScheme, {"symmetric", "asymmetric"});
  std::string groupSize = flags.groupSize.getValue("-1");
  if (llvm::StringRef(groupSize).getAsInteger(10, preset.groupSize) ||
      (preset.groupSize < 1 && preset.groupSize != -1))
    mistakes.add("--group-size=" + groupSize + ": expected a positive size, or -1 for one scale per channel");
  preset.exclude = flags.exclude.getValues();
  preset.calibrationLength = flags.calibrationLength.getValue();
  preset.lengthDimension = flags.lengthDimension.getValue();
  if (!preset.lengthDimension.empty() && preset.calibrationLength.empty())
    mistakes.add("--length-dimension goes with --calibration-length");
  if (!preset.calibrationLength.empty() && preset.scheme.empty())
    mistakes.add("--calibration-length is for scales: add --quantize");
  preset.observer = flags.observer.getValue(preset.observer);
  requireOneOf(flags.observer, preset.observer, observerNames, mistakes);
  preset.methods = readMethods(flags, mistakes);
  return preset;
}

/// A recipe says it all: flags beside it that say the same are mistakes.
static void refuseFlagsBesideRecipe(const Flags &flags, Mistakes &mistakes) {
  auto refuse = [&](const auto &...given) {
    for (const Flag *flag : {&given...})
      if (flag->isGiven())
        mistakes.add(flag->spelling() + " and --recipe: the recipe states it, give one of the two");
  };
  refuse(flags.quantize, flags.activations, flags.activationType, flags.activationScheme,
         flags.weightGranularity, flags.weightScheme, flags.groupSize, flags.exclude, flags.observer,
         flags.methods, flags.calibrationLength, flags.lengthDimension);
}

static SensitivityPart readPart(const Flags &flags, EmitKind emit, Mistakes &mistakes) {
  if (!flags.sensitivityPart.isGiven())
    return {};
  SensitivityPart part;
  auto [index, count] = llvm::StringRef(flags.sensitivityPart.getValue()).split('/');
  if (!llvm::to_integer(index, part.index, 10) || !llvm::to_integer(count, part.count, 10) ||
      part.index < 1 || part.index > part.count)
    mistakes.add(flags.sensitivityPart.spelling() + "=" + flags.sensitivityPart.getValue() +
                 ": expected a part and their number, such as 1/4");
  --part.index;
  if (emit != EmitKind::Sensitivities)
    mistakes.add("--sensitivity-part is of what is measured alone: add --emit=sensitivities");
  return part;
}

/// --assign and what goes with it.
static void readAssignment(const Flags &flags, CompileOptions &options, Mistakes &mistakes) {
  if (flags.sensitivity.isGiven())
    requireOneOf(flags.sensitivity, flags.sensitivity.getValue(), listSensitivities(), mistakes);
  options.sensitivity = flags.sensitivity.getValue();
  options.assignmentOutput = flags.assignmentOutput.getValue();
  options.front = flags.front.getValue();
  options.costTable = flags.costTable.getValue();
  options.sensitivityTables = flags.sensitivityTable.getValues();
  options.sensitivityPart = readPart(flags, options.emit, mistakes);
  if (flags.assign.getValue() != "auto") {
    if (options.emit == EmitKind::Sensitivities)
      mistakes.add("--emit=sensitivities tells what --assign=auto chooses by: add --assign=auto");
    for (const Flag *flag : {&flags.budget, &flags.sensitivity, &flags.assignmentOutput, &flags.front,
                             &flags.costTable, &flags.sensitivityTable})
      if (flag->isGiven())
        mistakes.add(flag->spelling() + " is of what --assign=auto chooses: " +
                     (flags.assign.isGiven() ? "give" : "add") + " --assign=auto");
    options.givenBits = flags.assign.getValue();
    return;
  }
  options.assignsToBudget = true;
  if (!flags.budget.isGiven() && options.emit == EmitKind::Sensitivities)
    return;
  if (!flags.budget.isGiven()) {
    mistakes.add("--assign=auto chooses precisions within a budget: add --budget=size=BYTES (see --help)");
    return;
  }
  llvm::Expected<Budget> budget = parseBudget(flags.budget.getValues());
  if (budget) {
    options.budget = *budget;
    return;
  }
  std::string problems = llvm::toString(budget.takeError());
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(problems).split(lines, '\n');
  for (llvm::StringRef line : lines)
    mistakes.add("--budget: " + line);
}

/// The value of a flag that is a number, or `otherwise`.
static double readNumber(const Flag &flag, double otherwise, Mistakes &mistakes) {
  double value = otherwise;
  if (flag.isGiven() && llvm::StringRef(flag.getValue()).getAsDouble(value))
    mistakes.add(flag.spelling() + "=" + flag.getValue() + ": expected a number");
  return value;
}

static void readTarget(const Flags &flags, CompileOptions &options, Mistakes &mistakes) {
  options.target = flags.target.getValue(options.target);
  requireOneOf(flags.target, options.target, {"cpu", "reference"}, mistakes);
  options.triple = flags.triple.getValue();
  options.cpu = flags.cpu.getValue(flags.architecture.getValue());
  if (options.cpu == "native")
    options.cpu.clear();
  options.features = flags.features.getValue();
  options.profile = flags.profile.isOn();
  std::string level = flags.level.getValue("3");
  if (llvm::StringRef(level).getAsInteger(10, options.optimizationLevel) || options.optimizationLevel > 3)
    mistakes.add("-O" + level + ": expected -O0, -O1, -O2 or -O3");
}

static void readVerification(const Flags &flags, CompileOptions &options, Mistakes &mistakes) {
  if (flags.verify.isGiven()) {
    requireOneOf(flags.verify, flags.verify.getValue(), {"reference", "onnxruntime"}, mistakes);
    options.verify =
        flags.verify.getValue() == "reference" ? Verification::Reference : Verification::OnnxRuntime;
  }
  options.python = flags.python.getValue();
  options.relativeTolerance = readNumber(flags.relativeTolerance, options.relativeTolerance, mistakes);
  options.absoluteTolerance = readNumber(flags.absoluteTolerance, options.absoluteTolerance, mistakes);
}

CommandLine parseCommandLine(llvm::ArrayRef<std::string> arguments) {
  Flags flags;
  Mistakes mistakes;
  std::vector<std::string> models = flags.parse(arguments, mistakes.texts);
  CommandLine line;
  line.asksForHelp = flags.help.isOn();
  line.asksForVersion = flags.version.isOn();
  CompileOptions &options = line.options;
  if (models.empty())
    mistakes.add("no model given; usage: quernc model.onnx -o model.so (see --help)");
  for (const std::string &another : llvm::ArrayRef(models).drop_front(models.empty() ? 0 : 1))
    mistakes.add("'" + another + "': one model is compiled at a time");
  options.model = models.empty() ? "" : models.front();
  options.output = flags.output.getValue();
  if (options.output.empty())
    mistakes.add("no output given; add -o FILE ('-' is standard output)");
  options.emit = chooseEmitKind(flags, mistakes);
  options.stopAfter = chooseStage(flags.stopAfter.getValue(), mistakes);
  if (options.stopAfter && *options.stopAfter != Stage::Emit && options.emit != EmitKind::MLIR &&
      options.emit != EmitKind::ONNX)
    mistakes.add("--stop-after=" + flags.stopAfter.getValue() + " yields IR: use --emit=mlir");
  options.dimensions = parseDimensions(flags, mistakes);

  options.recipe = flags.recipe.getValue();
  if (options.recipe.empty())
    options.preset = readPreset(flags, mistakes);
  else
    refuseFlagsBesideRecipe(flags, mistakes);
  readAssignment(flags, options, mistakes);
  options.reports = flags.report.getValues();
  for (const std::string &mistake : findReportMistakes(options))
    mistakes.add(mistake);
  options.failOnFloat = flags.failOnFloat.isOn();
  options.calibrationData = flags.calibrationData.getValue();
  options.calibrationCache = flags.calibrationCache.getValue();
  if (llvm::ArrayRef<std::string> caches = flags.calibrationCache.getValues(); caches.size() > 1)
    options.calibrationShards = caches.vec();
  readTarget(flags, options, mistakes);
  readVerification(flags, options, mistakes);
  options.verbose = flags.verbose.isOn();
  line.mistakes = std::move(mistakes.texts);
  return line;
}

std::vector<FlagDescription> describeFlags() {
  Flags flags;
  std::vector<FlagDescription> descriptions;
  for (const Flag *flag : flags.getFlags())
    if (flag != &flags.help && flag != &flags.version)
      descriptions.push_back({flag->getName(), flag->getValueName(), flag->getHelp()});
  return descriptions;
}

std::string formatHelp() {
  return std::string(overview) + "\n\nUSAGE: quernc [options] <model.onnx>\n\nOPTIONS:\n" +
         Flags().formatHelp();
}

} // namespace quern
