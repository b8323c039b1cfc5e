// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/ReadRecipe.h"

#include "lib/Recipe/NamePattern.h"
#include "lib/Recipe/Preset.h"
#include "lib/Support/Files.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace quern {

using Kind = DocumentNode::Kind;

/// One key of a mapping and what reads its value.
struct KeyReader {
  llvm::StringRef key;
  llvm::function_ref<void(const DocumentNode &)> read;
};

namespace {
class RecipeReader {
public:
  RecipeReader(const RecipeVocabulary &vocabulary, std::vector<Problem> &problems)
      : vocabulary(vocabulary), problems(problems) {}

  Recipe read(const DocumentNode &document) {
    Recipe recipe;
    bool hasVersion = false;
    const DocumentNode *rules = nullptr;
    readMapping(
        document, "a recipe",
        {{"version",
          [&](const DocumentNode &node) {
            hasVersion = true;
            readNumber(node, "version", 1, 1);
          }},
         {"default", [&](const DocumentNode &node) { recipe.settings = readSettings(node); }},
         {"calibration", [&](const DocumentNode &node) { readCalibration(node, recipe.calibration); }},
         // Rules start from the default, which may follow them.
         {"rules", [&](const DocumentNode &node) { rules = &node; }}});
    if (document.kind == Kind::Mapping && !hasVersion)
      add(document, "no version; expected 'version: 1'");
    if (rules && rules->kind != Kind::Sequence)
      add(*rules, "rules: expected a list");
    else if (rules)
      for (const DocumentNode &node : rules->elements)
        recipe.rules.push_back(readRule(node, recipe.settings));
    return recipe;
  }

private:
  /// Settings as a mapping states them: what it does not say is decided last.
  struct Stated {
    PrecisionSettings settings;
    std::optional<bool> symmetricWeights;
  };

  /// Keeps the problems in the order of their lines.
  void add(const DocumentNode &node, const llvm::Twine &text) {
    auto after = llvm::upper_bound(problems, node.line,
                                   [](unsigned line, const Problem &problem) { return line < problem.line; });
    problems.insert(after, {node.line, text.str()});
  }

  void readMapping(const DocumentNode &node, llvm::StringRef what, llvm::ArrayRef<KeyReader> keys) {
    if (node.kind != Kind::Mapping)
      return add(node, what + ": expected a mapping with " + list(keys));
    for (auto [key, value] : llvm::zip_equal(node.keys, node.elements)) {
      const auto *known =
          llvm::find_if(keys, [&](const KeyReader &reader) { return reader.key == key.text; });
      if (known == keys.end())
        add(key, "unknown key '" + key.text + "' in " + what + "; accepted are " + list(keys));
      else
        known->read(value);
    }
  }

  static std::string list(llvm::ArrayRef<KeyReader> keys) {
    return llvm::join(llvm::map_range(keys, [](const KeyReader &reader) { return reader.key; }), ", ");
  }

  int64_t readNumber(const DocumentNode &node, llvm::StringRef what, int64_t least, int64_t most) {
    int64_t value = least;
    if (node.kind == Kind::Scalar && llvm::to_integer(node.text, value, 10) && value >= least &&
        value <= most)
      return value;
    std::string accepted = least == most
                               ? std::to_string(least)
                               : "a number from " + std::to_string(least) + " to " + std::to_string(most);
    add(node, what + ": " + quote(node) + " is not accepted; expected " + accepted);
    return least;
  }

  static std::string quote(const DocumentNode &node) {
    return node.kind == Kind::Scalar ? "'" + node.text + "'" : "what stands there";
  }

  /// The place of the value in `names`.
  size_t readChoice(const DocumentNode &node, llvm::StringRef what, llvm::ArrayRef<llvm::StringRef> names) {
    const auto *found = llvm::find(names, llvm::StringRef(node.text));
    if (node.kind == Kind::Scalar && found != names.end())
      return found - names.begin();
    add(node, what + ": " + quote(node) + " is not accepted; expected " + llvm::join(names, ", "));
    return 0;
  }

  bool readSymmetry(const DocumentNode &node) {
    return readChoice(node, "scheme", {"symmetric", "asymmetric"}) == 0;
  }

  void readWeights(const DocumentNode &node, Stated &stated) {
    WeightSettings &weights = stated.settings.weights;
    bool statesGroup = false, statesGranularity = false;
    readMapping(
        node, "weights",
        {{"bits", [&](const DocumentNode &value) { weights.bits = readNumber(value, "bits", 2, 8); }},
         {"granularity",
          [&](const DocumentNode &value) {
            statesGranularity = true;
            weights.granularity =
                WeightGranularity(readChoice(value, "granularity", {"tensor", "channel", "group"}));
          }},
         {"group-size",
          [&](const DocumentNode &value) {
            statesGroup = value.text != "-1";
            if (statesGroup)
              weights.groupSize = readNumber(value, "group-size", 1, int64_t(1) << 31);
          }},
         {"scheme", [&](const DocumentNode &value) { stated.symmetricWeights = readSymmetry(value); }}});
    bool inGroups = weights.granularity == WeightGranularity::Group;
    if (statesGroup && !inGroups)
      add(node, "weights: group-size goes with 'granularity: group'");
    if (inGroups && weights.groupSize == 0)
      add(node, "weights: 'granularity: group' needs a group-size");
    if (!inGroups && statesGranularity)
      weights.groupSize = 0;
  }

  void readActivations(const DocumentNode &node, Stated &stated) {
    ActivationSettings &activations = stated.settings.activations;
    const DocumentNode *mode = nullptr, *bits = nullptr, *codes = nullptr;
    readMapping(node, "activations",
                {{"bits", [&](const DocumentNode &value) { bits = &value; }},
                 {"mode", [&](const DocumentNode &value) { mode = &value; }},
                 {"type",
                  [&](const DocumentNode &value) {
                    codes = &value;
                    activations.isSigned = readChoice(value, "type", {"u8", "s8"}) == 1;
                  }},
                 {"scheme", [&](const DocumentNode &value) {
                    codes = &value;
                    activations.symmetric = readSymmetry(value);
                  }}});
    if (mode)
      activations.mode = ActivationMode(readChoice(*mode, "mode", {"static", "dynamic", "float"}));
    if (bits) {
      activations.bits = readNumber(*bits, "bits", 2, 16);
      if (!mode) // 16 bits are float, whatever the model's float type is
        activations.mode = activations.bits == 16                      ? ActivationMode::Float
                           : activations.mode == ActivationMode::Float ? ActivationMode::Static
                                                                       : activations.mode;
    } else if (mode) {
      activations.bits = activations.mode == ActivationMode::Float ? 16 : 8;
    }
    bool isFloat = activations.mode == ActivationMode::Float;
    if (isFloat != (activations.bits == 16))
      add(*bits, "activations: bits: 16 goes with mode: float, and 8 with static and dynamic");
    if (isFloat && codes)
      add(*codes, "activations: float ones have no type and no scheme");
    if (isFloat)
      activations.isSigned = activations.symmetric = false;
  }

  std::vector<std::string> readNames(const DocumentNode &node, llvm::StringRef what,
                                     llvm::ArrayRef<std::string> accepted) {
    std::vector<std::string> names;
    auto readOne = [&](const DocumentNode &element) {
      if (element.kind != Kind::Scalar)
        return add(element, what + ": expected a name");
      if (!accepted.empty() && !llvm::is_contained(accepted, element.text))
        add(element, what + ": '" + element.text + "' is unknown; " + suggest(element.text, accepted));
      names.push_back(element.text);
    };
    if (node.kind == Kind::Sequence)
      llvm::for_each(node.elements, readOne);
    else
      readOne(node);
    return names;
  }

  /// All names where they are few, else those that look like `name`.
  static std::string suggest(llvm::StringRef name, llvm::ArrayRef<std::string> accepted) {
    constexpr size_t few = 32;
    if (accepted.size() <= few)
      return "accepted are " + llvm::join(accepted, ", ");
    const std::string *nearest = llvm::min_element(accepted, [&](llvm::StringRef a, llvm::StringRef b) {
      return name.edit_distance_insensitive(a) < name.edit_distance_insensitive(b);
    });
    return "accepted are ONNX operator types, such as " + *nearest;
  }

  void readMethods(const DocumentNode &node, Stated &stated) {
    stated.settings.methods = readNames(node, "methods", vocabulary.methods);
    if (stated.settings.methods == std::vector<std::string>{"none"})
      stated.settings.methods.clear();
  }

  PrecisionSettings finish(const DocumentNode &node, Stated stated) {
    PrecisionSettings settings = std::move(stated.settings);
    settings.weights.symmetric = stated.symmetricWeights.value_or(isSymmetricByDefault(settings.weights));
    if (std::string problem = findSchemeProblem(settings); !problem.empty())
      add(node, problem);
    else if (vocabulary.findMethodProblem)
      if (std::string problem = vocabulary.findMethodProblem(settings); !problem.empty())
        add(node, "methods: " + problem);
    return settings;
  }

  PrecisionSettings readSettings(const DocumentNode &node) {
    Stated stated;
    readMapping(node, "default",
                {{"weights", [&](const DocumentNode &value) { readWeights(value, stated); }},
                 {"activations", [&](const DocumentNode &value) { readActivations(value, stated); }},
                 {"methods", [&](const DocumentNode &value) { readMethods(value, stated); }}});
    defaultSymmetry = stated.symmetricWeights;
    return finish(node, std::move(stated));
  }

  /// 128, "128:3,512:1", [128, 512], {128: 3, 512: 1} or auto.
  void readLengths(const DocumentNode &node, LengthProfile &profile) {
    std::string text = node.text;
    for (auto [index, element] : llvm::enumerate(node.elements))
      text +=
          (text.empty() ? "" : ",") + (node.keys.empty() ? "" : node.keys[index].text + ":") + element.text;
    if (llvm::Expected<LengthProfile> read = parseLengthProfile(text))
      profile = std::move(*read);
    else
      add(node, "length: " + llvm::toString(read.takeError()));
  }

  void readCalibration(const DocumentNode &node, CalibrationSettings &calibration) {
    constexpr int64_t most = int64_t(1) << 31;
    const DocumentNode *lengths = nullptr, *dimension = nullptr;
    readMapping(
        node, "calibration",
        {{"observer",
          [&](const DocumentNode &value) {
            calibration.observer = value.text;
            if (!vocabulary.observers.empty() && !llvm::is_contained(vocabulary.observers, value.text))
              add(value, "observer: " + quote(value) + " is unknown; accepted are " +
                             llvm::join(vocabulary.observers, ", "));
          }},
         {"samples",
          [&](const DocumentNode &value) { calibration.samples = readNumber(value, "samples", 1, most); }},
         {"length", [&](const DocumentNode &value) { lengths = &value; }},
         {"length-dimension", [&](const DocumentNode &value) { dimension = &value; }}});
    if (lengths)
      readLengths(*lengths, calibration.length);
    if (dimension)
      calibration.length.dimension = dimension->text;
    if (dimension && !lengths)
      add(*dimension, "calibration: length-dimension goes with length");
  }

  void readMatch(const DocumentNode &node, RecipeRule &rule) {
    readMapping(node, "match",
                {{"name",
                  [&](const DocumentNode &value) {
                    if (value.kind != Kind::Scalar)
                      return add(value, "name: expected a regular expression");
                    rule.name = value.text;
                    if (std::string problem = findPatternProblem(rule.name); !problem.empty())
                      add(value, "name: " + problem);
                  }},
                 {"layer",
                  [&](const DocumentNode &value) {
                    std::vector<std::string> positions(std::begin(layerPositionNames),
                                                       std::end(layerPositionNames));
                    for (const std::string &name : readNames(value, "layer", positions))
                      if (auto known = llvm::find(positions, name); known != positions.end())
                        rule.layers.push_back(static_cast<LayerPosition>(known - positions.begin()));
                  }},
                 {"op", [&](const DocumentNode &value) {
                    rule.operators = readNames(value, "op", vocabulary.operators);
                  }}});
  }

  RecipeRule readRule(const DocumentNode &node, const PrecisionSettings &settings) {
    RecipeRule rule;
    rule.line = node.line;
    Stated stated{settings, defaultSymmetry};
    bool hasMatch = false, hasSettings = false;
    auto readPart = [&](void (RecipeReader::*read)(const DocumentNode &, Stated &)) {
      return [&, read](const DocumentNode &value) {
        hasSettings = true;
        (this->*read)(value, stated);
      };
    };
    readMapping(node, "a rule",
                {{"match",
                  [&](const DocumentNode &value) {
                    hasMatch = true;
                    readMatch(value, rule);
                  }},
                 {"weights", readPart(&RecipeReader::readWeights)},
                 {"activations", readPart(&RecipeReader::readActivations)},
                 {"methods", readPart(&RecipeReader::readMethods)},
                 {"float", [&](const DocumentNode &value) {
                    rule.isFloat = true;
                    if (value.text != "true")
                      add(value, "float: " + quote(value) + " is not accepted; expected true");
                  }}});
    if (node.kind != Kind::Mapping)
      return rule;
    if (!hasMatch || (rule.name.empty() && rule.operators.empty() && rule.layers.empty()))
      add(node,
          "a rule needs 'match: {name: REGEX, op: TYPE, layer: first or last}', with one of them at least");
    if (rule.isFloat == hasSettings)
      add(node, "a rule has either 'float: true' or some of weights, activations and methods");
    if (!rule.isFloat)
      rule.settings = finish(node, std::move(stated));
    return rule;
  }

  const RecipeVocabulary &vocabulary;
  std::vector<Problem> &problems;
  std::optional<bool> defaultSymmetry;
};
} // namespace

std::optional<Recipe> parseRecipe(llvm::StringRef text, llvm::StringRef file,
                                  const RecipeVocabulary &vocabulary, std::vector<Problem> &problems) {
  std::optional<DocumentNode> document = parseDocument(text, problems);
  if (!document)
    return std::nullopt;
  Recipe recipe = RecipeReader(vocabulary, problems).read(*document);
  recipe.file = file.str();
  if (!problems.empty())
    return std::nullopt;
  return recipe;
}

llvm::Expected<Recipe> readRecipe(llvm::StringRef path, const RecipeVocabulary &vocabulary) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  std::vector<Problem> problems;
  std::optional<Recipe> recipe = parseRecipe((*buffer)->getBuffer(), path, vocabulary, problems);
  if (recipe)
    return std::move(*recipe);
  std::string text;
  for (const Problem &problem : problems)
    text += (path + ":" + llvm::Twine(problem.line) + ": " + problem.text + "\n").str();
  return llvm::createStringError(text);
}

} // namespace quern
