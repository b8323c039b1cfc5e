// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/ReadRecipe.h"
#include "lib/Recipe/FormatRecipe.h"

#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

using namespace quern;

static RecipeVocabulary vocabulary() {
  RecipeVocabulary vocabulary;
  vocabulary.operators = {"Conv", "Gemm", "MatMul", "Softmax"};
  vocabulary.methods = {"auto", "none", "smoothquant", "gptq"};
  vocabulary.observers = {"norm", "entropy"};
  return vocabulary;
}

static Recipe parse(const std::string &text) {
  std::vector<Problem> problems;
  auto recipe = parseRecipe(text, "recipe.yaml", vocabulary(), problems);
  for (const Problem &problem : problems)
    ADD_FAILURE() << problem.line << ": " << problem.text;
  return recipe.value_or(Recipe());
}

static std::string refuse(const std::string &text) {
  std::vector<Problem> problems;
  EXPECT_FALSE(parseRecipe(text, "recipe.yaml", vocabulary(), problems)) << text;
  std::string all;
  for (const Problem &problem : problems)
    all += std::to_string(problem.line) + ": " + problem.text + "\n";
  return all;
}

TEST(ReadRecipe, WholeRecipe) {
  Recipe recipe = parse(R"(version: 1
default: {weights: {bits: 8, granularity: channel, scheme: symmetric}, activations: {bits: 8, mode: static}, methods: [auto]}
calibration: {observer: entropy, samples: 64}
rules:                                   # first match wins; each must match something
  - match: {name: "encoder/.*/attention/.*", op: [MatMul, Gemm]}
    weights: {bits: 4, granularity: group, group-size: 32, scheme: asymmetric}
    activations: {mode: float}
    methods: [gptq]
  - match: {op: Softmax}
    float: true
)");
  EXPECT_EQ(recipe.calibration.observer, "entropy");
  EXPECT_EQ(recipe.calibration.samples, 64);
  ASSERT_EQ(recipe.rules.size(), 2u);
  EXPECT_EQ(recipe.rules[0].line, 5u);
  EXPECT_EQ(recipe.rules[0].operators, (std::vector<std::string>{"MatMul", "Gemm"}));
  EXPECT_EQ(recipe.rules[0].settings.weights, (WeightSettings{4, WeightGranularity::Group, 32, false}));
  EXPECT_EQ(recipe.rules[0].settings.name(), "W4A16");
  EXPECT_EQ(recipe.rules[0].settings.methods, (std::vector<std::string>{"gptq"}));
  EXPECT_TRUE(recipe.rules[1].isFloat);
  EXPECT_EQ(recipe.name(), "mixed");
}

TEST(ReadRecipe, LengthsOfSequences) {
  for (auto [stated, read] : {std::pair("128", "128"), std::pair("[512, 128]", "128,512"),
                              std::pair("{128: 3, 512: 1}", "128:3,512"),
                              std::pair("\"128:3,512\"", "128:3,512"), std::pair("auto", "auto")}) {
    Recipe recipe =
        parse("{version: 1, calibration: {length: " + std::string(stated) + ", length-dimension: tokens}}");
    EXPECT_EQ(recipe.calibration.length.str(), read);
    EXPECT_EQ(recipe.calibration.length.dimension, "tokens");
    std::string text;
    llvm::raw_string_ostream(text) << llvm::json::Value(formatRecipe(recipe));
    EXPECT_EQ(parse(text).calibration.length.str(), read);
  }
  EXPECT_NE(
      refuse("version: 1\ncalibration: {length: long}").find("2: length: 'long' is no profile of lengths"),
      std::string::npos);
  EXPECT_NE(refuse("version: 1\ncalibration: {length-dimension: tokens}")
                .find("2: calibration: length-dimension goes with length"),
            std::string::npos);
}

/// A rule changes what it names of the default, wherever that stands.
TEST(ReadRecipe, RulesStartFromTheDefault) {
  Recipe recipe = parse(R"(rules:
  - {match: {op: Conv}, activations: {type: s8}}
  - {match: {op: Gemm}, activations: {bits: 16}, weights: {bits: 4}}
version: 1
default: {activations: {scheme: symmetric}, methods: [none]}
)");
  EXPECT_EQ(recipe.rules[0].settings.activations,
            (ActivationSettings{ActivationMode::Static, 8, true, true}));
  EXPECT_TRUE(recipe.rules[0].settings.methods.empty());
  EXPECT_FALSE(recipe.rules[1].settings.weights.symmetric) << "few codes are worth a zero point";
  EXPECT_EQ(recipe.settings.weights, WeightSettings());
}

TEST(ReadRecipe, CanonicalFormReadsBack) {
  Recipe recipe = parse(R"(version: 1
default: {weights: {bits: 3, granularity: group, group-size: 16}, activations: {mode: float}, methods: [gptq]}
calibration: {samples: 9}
rules:
  - {match: {name: 'a"b\\.c'}, weights: {bits: 8, granularity: channel}}
  - {match: {op: [Conv, Gemm]}, weights: {bits: 8, granularity: tensor}, activations: {mode: static}, methods: []}
  - {match: {name: x, op: Softmax}, float: true}
)");
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(formatRecipe(recipe));
  Recipe again = parse(text);
  EXPECT_EQ(llvm::json::Value(formatRecipe(again)), llvm::json::Value(formatRecipe(recipe)));
  EXPECT_EQ(again.rules[0].name, recipe.rules[0].name);
  EXPECT_EQ(again.rules[1].settings.name(), "W8A8");
}

TEST(ReadRecipe, AllProblemsAtOnceWithTheirLines) {
  std::string problems = refuse(R"(version: 2
default: {weights: {bitz: 8}, methods: [smooth]}
calibration: {observer: psychic, samples: 0}
rules:
  - match: {name: "conv(", op: Cnov}
    float: maybe
  - match: {}
    weights: {bits: 40}
  - match: {op: Conv}
  - 7
extra: 1
)");
  for (const char *expected :
       {"1: version: '2' is not accepted; expected 1",
        "2: unknown key 'bitz' in weights; accepted are bits, granularity, group-size, scheme",
        "2: methods: 'smooth' is unknown; accepted are auto, none, smoothquant, gptq",
        "3: observer: 'psychic' is unknown; accepted are norm, entropy",
        "3: samples: '0' is not accepted; expected a number from 1 to",
        "5: name: 'conv(' is not a regular expression", "5: op: 'Cnov' is unknown; accepted are Conv",
        "6: float: 'maybe' is not accepted; expected true",
        "7: a rule needs 'match: {name: REGEX, op: TYPE, layer: first or last}'",
        "8: bits: '40' is not accepted; expected a number from 2 to 8",
        "9: a rule has either 'float: true' or some of", "10: a rule: expected a mapping",
        "11: unknown key 'extra' in a recipe"})
    EXPECT_NE(problems.find(expected), std::string::npos) << expected << "\n" << problems;
}

TEST(ReadRecipe, SchemesThatCannotBeComputed) {
  EXPECT_NE(refuse("{version: 1, default: {activations: {mode: dynamic, type: s8}}}").find("have u8 codes"),
            std::string::npos);
  EXPECT_NE(refuse("{version: 1, default: {activations: {mode: dynamic}, weights: {granularity: tensor}}}")
                .find("one weight scale per channel"),
            std::string::npos);
  EXPECT_NE(
      refuse("{version: 1, default: {activations: {bits: 7}}}").find("W8A7 is not a quantization scheme"),
      std::string::npos);
  EXPECT_NE(refuse("{version: 1, default: {weights: {granularity: group}}}").find("needs a group-size"),
            std::string::npos);
  EXPECT_NE(
      refuse("{version: 1, default: {weights: {group-size: 8}}}").find("goes with 'granularity: group'"),
      std::string::npos);
  EXPECT_NE(refuse("{version: 1, default: {activations: {mode: float, type: s8}}}").find("no type"),
            std::string::npos);
  EXPECT_NE(refuse("{version: 1, default: {activations: {mode: float, bits: 8}}}").find("bits: 16 goes with"),
            std::string::npos);
}

TEST(ReadRecipe, WhatIsNoRecipe) {
  EXPECT_EQ(refuse(""), "1: a recipe: expected a mapping with version, default, calibration, rules\n");
  EXPECT_NE(refuse("[]").find("expected a mapping"), std::string::npos);
  EXPECT_NE(refuse("{}").find("expected 'version: 1'"), std::string::npos);
  EXPECT_NE(refuse("{version: 1, rules: {}}").find("rules: expected a list"), std::string::npos);
}
