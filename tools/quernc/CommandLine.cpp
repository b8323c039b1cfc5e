// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/quernc/CommandLine.h"

#include "lib/Driver/Methods.h"
#include "lib/Numerics/Observer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <deque>

namespace cl = llvm::cl;
using namespace quern;

static constexpr const char overview[] =
    R"(quernc: compiles an ONNX model to a native binary, in float or quantized

EXAMPLES:
  quernc model.onnx -o model.so
      float, for this machine
  quernc model.onnx --quantize=W8A8 --calibration-data=calib.npz -o model.so
      8-bit weights and activations, ranges from the samples in calib.npz
  quernc model.onnx --quantize=W4A8 --group-size=32 --calibration-data=calib.npz -o model.so
      4-bit weights in groups of 32, 8-bit activations
  quernc model.onnx --quantize=W4A16 --group-size=32 -o model.so
      4-bit weights in groups of 32, float activations; needs no data
  quernc model.onnx --quantize=W8A8 --activations=dynamic -o model.so
      8-bit matrix products, each row of activations with a scale of its own; needs no data
  quernc model.onnx --recipe=recipe.yaml --calibration-data=calib.npz -o model.so
      different precisions and methods for different nodes (docs/recipes.md)
  quernc model.onnx --quantize=W8A8 --calibration-data=calib.npz --emit=onnx -o model.qdq.onnx
      the same decisions as an ONNX model with QuantizeLinear/DequantizeLinear, for other runtimes
  quernc model.onnx --dim=batch=1,sequence=128 -o model.so
      binds symbolic dimensions; those left open take the sizes of the calibration samples, where all agree
  quernc model.onnx --stop-after=prepare --emit=mlir -o -
      the IR after a stage (import, prepare, calibrate, transform, assign, quantize, integerize, structure, target)

EXIT STATUS: 0 done, 1 the model or the data was refused (every reason is listed), 2 wrong usage
LIMITS: model files of 2 GiB (external data unlimited), 300,000 nodes, subgraphs nested 64 deep, 32 dimensions;
        compiled or calibrated: 10,000 operators (a contraction counts as 8; each result beyond the first and each
        operand beyond the fourth counts too), 1,000 operands each, 2,000 inputs and outputs, tensors of 2 GiB)";

struct Flags {
  cl::OptionCategory category{"quernc options"};
  cl::opt<std::string> model{cl::Positional, cl::desc("<model.onnx>"), cl::cat(category)};
  cl::opt<std::string> output{"o", cl::desc("Output file; '-' is standard output"), cl::value_desc("file"),
                              cl::cat(category)};
  cl::opt<std::string> emit{
      "emit", cl::desc("so, obj (an object and a C header), mlir or onnx; default: from the name of -o"),
      cl::value_desc("kind"), cl::cat(category)};
  cl::opt<std::string> stopAfter{"stop-after", cl::desc("Stop after this stage (with --emit=mlir)"),
                                 cl::value_desc("stage"), cl::cat(category)};
  cl::list<std::string> dimensions{
      "dim", cl::desc("Sizes of symbolic dimensions; default: those of the calibration samples"),
      cl::value_desc("name=size,..."), cl::CommaSeparated, cl::cat(category)};
  cl::opt<std::string> quantize{
      "quantize",
      cl::desc("Scheme: W8A8 (also A8W8, U8S8, S8S8), W2A8 to W7A8, or weights only: W2A16 to W8A16"),
      cl::value_desc("scheme"), cl::cat(category)};
  cl::opt<std::string> recipe{
      "recipe",
      cl::desc("A recipe (YAML or JSON, docs/recipes.md) instead of --quantize and what goes with it"),
      cl::value_desc("file.yaml"), cl::cat(category)};
  cl::opt<std::string> activations{
      "activations",
      cl::desc("static (default: scales from calibration data) or dynamic (each row of a matrix product's "
               "left operand has its own, found at run time; needs no data, all else stays float)"),
      cl::value_desc("mode"), cl::cat(category)};
  cl::opt<std::string> activationType{"activation-type",
                                      cl::desc("u8 or s8; default: what the scheme says, else u8"),
                                      cl::value_desc("type"), cl::cat(category)};
  cl::opt<std::string> activationScheme{"activation-scheme", cl::desc("asymmetric (default) or symmetric"),
                                        cl::value_desc("scheme"), cl::cat(category)};
  cl::opt<std::string> weightGranularity{"weight-granularity", cl::desc("channel (default) or tensor"),
                                         cl::value_desc("granularity"), cl::cat(category)};
  cl::opt<int> groupSize{"group-size",
                         cl::desc("Elements of a matrix's channel that share a scale; -1 (default): all of "
                                  "them. Convolutions have one scale per channel"),
                         cl::init(-1), cl::value_desc("N"), cl::cat(category)};
  cl::opt<std::string> weightScheme{
      "weight-scheme",
      cl::desc("symmetric or asymmetric; default: asymmetric for weights of fewer than 8 bits"),
      cl::value_desc("scheme"), cl::cat(category)};
  std::string methodHelp =
      "auto (default): with data, what is best for each edge by the error of the outputs, and "
      "for weights of fewer than 8 bits or weights only, clip and gptq where they lower the "
      "error of the product. Rewrites for accuracy before quantization, in order: none, " +
      describeTransformations() +
      ". Codes of weights: clip (narrower ranges), gptq (error-compensated rounding), "
      "bias-correction (the mean of the results stays)";
  cl::list<std::string> methods{"method", cl::desc(methodHelp), cl::value_desc("name,..."),
                                cl::CommaSeparated, cl::cat(category)};
  cl::list<std::string> exclude{"exclude", cl::desc("Leave nodes float whose name matches; may be repeated"),
                                cl::value_desc("regex"), cl::cat(category)};
  cl::opt<bool> failOnFloat{
      "fail-on-float",
      cl::desc(
          "Compute on integers up to the outputs, and refuse a quantized model that keeps a float operator"),
      cl::cat(category)};
  cl::opt<std::string> calibrationData{"calibration-data",
                                       cl::desc(".npz keyed by input name, .npy, a folder of either, or ONNX "
                                                "test data; 'random' only by that name"),
                                       cl::value_desc("path"), cl::cat(category)};
  cl::opt<std::string> calibrationCache{
      "calibration-cache",
      cl::desc("Statistics file: reused if it fits model, data and settings, else written"),
      cl::value_desc("file.json"), cl::cat(category)};
  cl::opt<std::string> observer{
      "observer",
      cl::desc("How ranges are chosen: norm (default), mse, entropy, percentile, moving-average, min-max"),
      cl::init("norm"), cl::value_desc("name"), cl::cat(category)};
  cl::opt<std::string> target{"target",
                              cl::desc("cpu (default) or reference (the unoptimized meaning of the graph)"),
                              cl::init("cpu"), cl::value_desc("name"), cl::cat(category)};
  cl::opt<std::string> triple{"mtriple", cl::desc("Target triple; default: this machine"),
                              cl::value_desc("triple"), cl::cat(category)};
  cl::opt<std::string> cpu{"mcpu", cl::desc("Target CPU, or 'native' (default)"), cl::value_desc("cpu"),
                           cl::cat(category)};
  cl::opt<std::string> architecture{"march", cl::desc("Same as --mcpu, as C compilers spell it"),
                                    cl::value_desc("cpu"), cl::cat(category)};
  cl::opt<std::string> features{"mattr", cl::desc("CPU features, +name,-name"), cl::value_desc("features"),
                                cl::cat(category)};
  cl::opt<char> level{"O", cl::desc("Optimization level of the generated code: -O0 to -O3 (default)"),
                      cl::Prefix, cl::init('3'), cl::cat(category)};
  cl::opt<std::string> verify{"verify",
                              cl::desc("Before writing, compare with: reference, or onnxruntime (by the "
                                       "python3 on the path, or $QUERN_PYTHON)"),
                              cl::value_desc("peer"), cl::cat(category)};
  cl::opt<double> relativeTolerance{"rtol", cl::desc("Relative tolerance of --verify"), cl::init(1e-4),
                                    cl::cat(category)};
  cl::opt<double> absoluteTolerance{"atol", cl::desc("Absolute tolerance of --verify"), cl::init(1e-5),
                                    cl::cat(category)};
  cl::opt<bool> verbose{"v", cl::desc("Time and memory of each stage on standard error"), cl::cat(category)};
};

namespace {
/// Collects every mistake of the command line, so that all are told in one run.
struct Mistakes {
  int count = 0;
  void add(const llvm::Twine &text) {
    llvm::errs() << "quernc: " << text << "\n";
    ++count;
  }
};
} // namespace

/// `--calibration_data` and `--calibration-data` are one option; values are left alone.
static std::deque<std::string> normalizeDashes(int argc, char **argv) {
  std::deque<std::string> arguments;
  for (llvm::StringRef argument : llvm::ArrayRef(argv, argc)) {
    auto [name, value] = argument.split('=');
    std::string text = name.str();
    if (!arguments.empty() && name.starts_with("--"))
      std::replace(text.begin(), text.end(), '_', '-');
    arguments.push_back(argument.contains('=') ? text + "=" + value.str() : text);
  }
  return arguments;
}

static EmitKind chooseEmitKind(const Flags &flags, Mistakes &mistakes) {
  std::string kind = flags.emit;
  if (kind.empty()) {
    llvm::StringRef extension = llvm::sys::path::extension(flags.output);
    kind = flags.stopAfter.empty() ? llvm::StringSwitch<std::string>(extension)
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
                   .Default(std::nullopt);
  if (!known)
    mistakes.add("--emit=" + kind + ": expected so, obj, mlir or onnx");
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
  for (llvm::StringRef binding : flags.dimensions) {
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
  std::vector<std::string> names(flags.methods.begin(), flags.methods.end());
  std::vector<std::string> known = listMethodNames();
  auto isKnown = [&](const std::string &name) { return llvm::is_contained(known, name); };
  for (const std::string &name : llvm::make_filter_range(names, std::not_fn(isKnown)))
    mistakes.add("--method: '" + name + "' is not a method; accepted are " + llvm::join(known, ", "));
  if (llvm::all_of(names, isKnown))
    if (std::string problem = findCompositionProblem(names); !problem.empty())
      mistakes.add("--method: " + problem);
  if (!names.empty() && flags.quantize.empty())
    mistakes.add("--method rewrites a model that is to be quantized: add --quantize");
  if (names.empty())
    return {"auto"};
  if (names.size() == 1)
    llvm::erase(names, "none");
  return names;
}

static void requireOneOf(llvm::StringRef flag, llvm::StringRef value, llvm::ArrayRef<const char *> accepted,
                         Mistakes &mistakes) {
  if (!llvm::is_contained(accepted, value))
    mistakes.add("--" + flag + "=" + value + ": expected " + llvm::join(accepted, " or "));
}

/// A flag that is not given has the empty value.
static Preset readPreset(const Flags &flags, Mistakes &mistakes) {
  auto choose = [&](llvm::StringRef flag, llvm::StringRef value, llvm::ArrayRef<const char *> accepted) {
    if (!value.empty())
      requireOneOf(flag, value, accepted, mistakes);
    return value.str();
  };
  Preset preset;
  preset.scheme = flags.quantize;
  preset.activationMode = choose("activations", flags.activations, {"static", "dynamic"});
  preset.activationType = choose("activation-type", flags.activationType, {"u8", "s8"});
  preset.activationScheme = choose("activation-scheme", flags.activationScheme, {"asymmetric", "symmetric"});
  preset.weightGranularity = choose("weight-granularity", flags.weightGranularity, {"channel", "tensor"});
  preset.weightScheme = choose("weight-scheme", flags.weightScheme, {"symmetric", "asymmetric"});
  if (flags.groupSize < 1 && flags.groupSize != -1)
    mistakes.add("--group-size=" + llvm::Twine(flags.groupSize) +
                 ": expected a positive size, or -1 for one scale per channel");
  preset.groupSize = flags.groupSize;
  preset.exclude.assign(flags.exclude.begin(), flags.exclude.end());
  preset.observer = flags.observer;
  requireOneOf("observer", preset.observer, observerNames, mistakes);
  preset.methods = readMethods(flags, mistakes);
  return preset;
}

/// A recipe says it all: flags beside it that say the same are mistakes.
static void refuseFlagsBesideRecipe(const Flags &flags, Mistakes &mistakes) {
  auto refuse = [&](const auto &...given) {
    for (const cl::Option &flag : std::initializer_list<std::reference_wrapper<const cl::Option>>{given...})
      if (flag.getNumOccurrences())
        mistakes.add("--" + flag.ArgStr + " and --recipe: the recipe states it, give one of the two");
  };
  refuse(flags.quantize, flags.activations, flags.activationType, flags.activationScheme,
         flags.weightGranularity, flags.weightScheme, flags.groupSize, flags.exclude, flags.observer,
         flags.methods);
}

/// LLVM's registry of options belongs to the process, and LLD enters its own later: ours leave with the
/// parse.
static void unregisterOptions(const cl::OptionCategory &category) {
  llvm::SmallVector<cl::Option *> ours;
  for (cl::Option *option : llvm::make_second_range(cl::getRegisteredOptions()))
    if (llvm::is_contained(option->Categories, &category))
      ours.push_back(option);
  for (cl::Option *option : ours)
    option->removeArgument();
}

std::optional<CompileOptions> parseCommandLine(int argc, char **argv) {
  // LLVM's libraries bring options of their own; the names that we use are ours.
  for (const char *name : {"stop-after"})
    if (cl::Option *option = cl::getRegisteredOptions().lookup(name))
      option->removeArgument();
  static Flags flags; // the registry keeps a pointer to the category
  llvm::scope_exit unregister([&] { unregisterOptions(flags.category); });
  cl::HideUnrelatedOptions(flags.category);
  cl::SetVersionPrinter([](llvm::raw_ostream &stream) { stream << "quernc " QUERN_VERSION "\n"; });
  std::deque<std::string> texts = normalizeDashes(argc, argv);
  llvm::SmallVector<const char *> arguments;
  for (const std::string &text : texts)
    arguments.push_back(text.c_str());
  if (!cl::ParseCommandLineOptions(arguments.size(), arguments.data(), overview, &llvm::errs()))
    return std::nullopt;

  Mistakes mistakes;
  CompileOptions options;
  options.model = flags.model;
  options.output = flags.output;
  if (options.model.empty())
    mistakes.add("no model given; usage: quernc model.onnx -o model.so (see --help)");
  if (options.output.empty())
    mistakes.add("no output given; add -o FILE ('-' is standard output)");
  options.emit = chooseEmitKind(flags, mistakes);
  options.stopAfter = chooseStage(flags.stopAfter, mistakes);
  if (options.stopAfter && *options.stopAfter != Stage::Emit && options.emit != EmitKind::MLIR &&
      options.emit != EmitKind::ONNX)
    mistakes.add("--stop-after=" + flags.stopAfter + " yields IR: use --emit=mlir");
  options.dimensions = parseDimensions(flags, mistakes);

  options.recipe = flags.recipe;
  if (options.recipe.empty())
    options.preset = readPreset(flags, mistakes);
  else
    refuseFlagsBesideRecipe(flags, mistakes);
  options.failOnFloat = flags.failOnFloat;
  options.calibrationData = flags.calibrationData;
  options.calibrationCache = flags.calibrationCache;

  requireOneOf("target", flags.target, {"cpu", "reference"}, mistakes);
  options.target = flags.target;
  options.triple = flags.triple;
  options.cpu = flags.cpu.empty() ? flags.architecture : flags.cpu;
  if (options.cpu == "native")
    options.cpu.clear();
  options.features = flags.features;
  if (flags.level < '0' || flags.level > '3')
    mistakes.add("-O" + llvm::Twine(flags.level) + ": expected -O0, -O1, -O2 or -O3");
  options.optimizationLevel = flags.level - '0';

  if (!flags.verify.empty()) {
    requireOneOf("verify", flags.verify, {"reference", "onnxruntime"}, mistakes);
    options.verify = flags.verify == "reference" ? Verification::Reference : Verification::OnnxRuntime;
  }
  options.relativeTolerance = flags.relativeTolerance;
  options.absoluteTolerance = flags.absoluteTolerance;
  options.verbose = flags.verbose;
  if (mistakes.count)
    return std::nullopt;
  return options;
}
