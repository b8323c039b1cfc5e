// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/Budget.h"

#include <gtest/gtest.h>

using namespace quern;

static Budget parse(std::vector<std::string> parts) {
  auto budget = parseBudget(parts);
  EXPECT_TRUE(bool(budget));
  return *budget;
}

static std::string refuse(std::vector<std::string> parts) {
  auto budget = parseBudget(parts);
  return budget ? "" : llvm::toString(budget.takeError());
}

TEST(Budget, Sizes) {
  EXPECT_EQ(parse({"size=1000"}).size->bytes(0), 1000);
  EXPECT_EQ(parse({"size=200K"}).size->bytes(0), 200 * 1024);
  EXPECT_EQ(parse({"size=1.5M"}).size->bytes(0), 3 * 512 * 1024);
  EXPECT_EQ(parse({"size=0.6x"}).size->bytes(1001), 600);
  EXPECT_EQ(parse({"flash=1M"}).size->bytes(0), 1 << 20);
}

TEST(Budget, All) {
  Budget budget = parse({"size=200K", "latency=2ms", "sram=64K", "average-bits=5"});
  EXPECT_DOUBLE_EQ(*budget.latency, 2e-3);
  EXPECT_EQ(budget.sram->bytes(0), 65536);
  EXPECT_EQ(*budget.averageBits, 5);
  EXPECT_EQ(budget.str(), "size=204800,latency=2ms,sram=65536,average-bits=5");
  EXPECT_DOUBLE_EQ(*parse({"latency=500us"}).latency, 5e-4);
}

TEST(Budget, WhatIsNoBudgetIsRefusedWithWhatIsAccepted) {
  EXPECT_EQ(refuse({"speed=2"}),
            "'speed' is no budget; accepted are size, flash, latency, sram, average-bits");
  for (const char *bad : {"size=", "size=-1", "size=0", "size=nan", "size=inf", "size=0x10", "size=2G",
                          "size=1e300", "size=-0.5x", "size"})
    EXPECT_NE(refuse({bad}).find("expected bytes (200000, 200K, 1.5M) or a share"), std::string::npos) << bad;
  for (const char *bad : {"latency=2", "latency=-2ms", "latency=nanms", "latency=2h"})
    EXPECT_NE(refuse({bad}).find("expected a time with its unit"), std::string::npos) << bad;
  for (const char *bad : {"average-bits=1.9", "average-bits=9", "average-bits=nan"})
    EXPECT_NE(refuse({bad}).find("expected a number of bits from 2 to 8"), std::string::npos) << bad;
  EXPECT_NE(refuse({"sram=0.5x"}).find("expected bytes (65536, 64K, 1M)"), std::string::npos);
  EXPECT_EQ(refuse({"size=1K", "flash=2K"}), "'size' is given twice");
  EXPECT_NE(refuse({}), "");
}

TEST(Budget, EveryMistakeIsTold) {
  std::string told = refuse({"size=x", "latency=2", "colour=red"});
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 2);
}
