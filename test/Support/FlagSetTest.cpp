// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/FlagSet.h"

#include <gtest/gtest.h>

using namespace quern;

namespace {
struct Flags : FlagSet {
  Flag output{*this, "o", "file", "Where it goes"};
  Flag level{*this, "O", "level", "How much"};
  Flag groupSize{*this, "group-size", "N", "How many"};
  Flag dimensions{*this, "dim", "name=size,...", "Sizes", Flag::Kind::List};
  Flag exclude{*this, "exclude", "regex", "Which not", Flag::Kind::Many};
  Flag verbose{*this, "v", "", "Say more", Flag::Kind::Switch};
};

using Texts = std::vector<std::string>;
} // namespace

TEST(FlagSet, TheWaysToGiveAValue) {
  Flags flags;
  Texts mistakes;
  Texts others = flags.parse({"model", "-o", "in", "-o=out", "-O2", "--group_size=-1", "--dim=a=1,b=2",
                              "--dim", "c=3", "--exclude=x{1,2}", "-v", "-", "--", "--odd"},
                             mistakes);
  EXPECT_EQ(mistakes, Texts());
  EXPECT_EQ(others, (Texts{"model", "-", "--odd"}));
  EXPECT_EQ(flags.output.getValue(), "out");
  EXPECT_EQ(flags.level.getValue(), "2");
  EXPECT_EQ(flags.groupSize.getValue(), "-1");
  EXPECT_EQ(flags.dimensions.getValues(), (Texts{"a=1", "b=2", "c=3"}));
  EXPECT_EQ(flags.exclude.getValues(), Texts{"x{1,2}"});
  EXPECT_TRUE(flags.verbose.isOn());
}

TEST(FlagSet, NothingIsGivenAtFirst) {
  Flags flags;
  EXPECT_FALSE(flags.output.isGiven() || flags.verbose.isOn());
  EXPECT_EQ(flags.level.getValue("3"), "3");
}

TEST(FlagSet, AllMistakesAreTold) {
  Flags flags;
  Texts mistakes;
  flags.parse({"--groop-size=1", "--nonsense", "-v=perhaps", "--dim"}, mistakes);
  EXPECT_EQ(mistakes,
            (Texts{"unknown flag '--groop-size'; did you mean '--group-size'?", "unknown flag '--nonsense'",
                   "-v=perhaps: expected true or false", "--dim needs a value: name=size,..."}));
}

TEST(FlagSet, HelpIsSorted) {
  std::string help = Flags().formatHelp();
  EXPECT_LT(help.find("  -O <level>"), help.find("  --dim=<name=size,...> - Sizes\n"));
  EXPECT_LT(help.find("--group-size=<N>      - How many\n"),
            help.find("  -v                    - Say more\n"));
}

TEST(FlagSet, HelpIsWrapped) {
  FlagSet set;
  std::string word(50, 'x');
  Flag flag(set, "f", "", word + " " + word + " " + word);
  EXPECT_EQ(set.formatHelp(), "  -f - " + word + " " + word + "\n       " + word + "\n");
}
