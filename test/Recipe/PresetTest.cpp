// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/Preset.h"

#include "llvm/Support/Error.h"

#include <gtest/gtest.h>

using namespace quern;

static Recipe make(const Preset &preset) {
  auto recipe = makeRecipe(preset);
  EXPECT_TRUE(bool(recipe));
  return std::move(*recipe);
}

static std::string refuse(const Preset &preset) {
  auto recipe = makeRecipe(preset);
  return recipe ? "" : llvm::toString(recipe.takeError());
}

TEST(Preset, W8A8) {
  Recipe recipe = make({.scheme = "a8_w8"});
  EXPECT_EQ(recipe.settings.weights, WeightSettings());
  EXPECT_EQ(recipe.settings.activations, ActivationSettings());
  EXPECT_EQ(recipe.name(), "W8A8");
  EXPECT_TRUE(recipe.needsRanges());
}

TEST(Preset, SignedActivations) {
  EXPECT_TRUE(make({.scheme = "S8S8"}).settings.activations.isSigned);
  EXPECT_TRUE(make({.scheme = "W8A8", .activationType = "s8"}).settings.activations.isSigned);
}

TEST(Preset, DynamicActivations) {
  Recipe recipe = make({.scheme = "W4A8", .activationMode = "dynamic"});
  EXPECT_EQ(recipe.settings.activations, (ActivationSettings{ActivationMode::Dynamic, 8, false, false}));
  EXPECT_EQ(recipe.name(), "W4A8 dynamic");
  EXPECT_FALSE(recipe.needsRanges());
  EXPECT_TRUE(make({.scheme = "W8A8", .activationMode = "static"}).needsRanges());
  for (const Preset &preset :
       {Preset{.scheme = "W8A8", .activationMode = "dynamic", .groupSize = 32},
        Preset{.scheme = "W8A8", .activationMode = "dynamic", .weightGranularity = "tensor"}})
    EXPECT_NE(refuse(preset).find("one weight scale per channel"), std::string::npos);
  EXPECT_NE(refuse({.scheme = "W8A16", .activationMode = "static"}).find("neither static nor dynamic"),
            std::string::npos);
}

TEST(Preset, WeightsInGroups) {
  Recipe recipe = make({.scheme = "W4A16", .groupSize = 32});
  EXPECT_EQ(recipe.settings.weights, (WeightSettings{4, WeightGranularity::Group, 32, false}));
  EXPECT_EQ(recipe.settings.activations, (ActivationSettings{ActivationMode::Float, 16, false, false}));
  EXPECT_TRUE(make({.scheme = "W8A16"}).settings.weights.symmetric);
  EXPECT_FALSE(recipe.needsRanges());
}

TEST(Preset, ExcludedNamesAreRules) {
  Recipe recipe = make({.scheme = "W8A8", .exclude = {"conv", "last"}});
  ASSERT_EQ(recipe.rules.size(), 2u);
  EXPECT_EQ(recipe.rules[1].name, "last");
  EXPECT_TRUE(recipe.rules[1].isFloat);
  EXPECT_EQ(recipe.name(), "W8A8");
}

TEST(Preset, AllReasonsAtOnce) {
  std::string reasons =
      refuse({.scheme = "W8A8", .activationType = "f8", .weightScheme = "ternary", .exclude = {"("}});
  for (const char *reason : {"'f8' is neither u8 nor s8", "'ternary' is neither", "not a regular expression"})
    EXPECT_NE(reasons.find(reason), std::string::npos) << reasons;
}

TEST(Preset, WhatDoesNotGoTogether) {
  EXPECT_NE(refuse({.scheme = "W8A8", .weightGranularity = "tensor", .groupSize = 8}).find("not both"),
            std::string::npos);
  EXPECT_NE(refuse({.scheme = "W4A16", .weightGranularity = "tensor"}).find("not per tensor"),
            std::string::npos);
  EXPECT_NE(refuse({.scheme = "W9A9"}).find("accepted are"), std::string::npos);
}
