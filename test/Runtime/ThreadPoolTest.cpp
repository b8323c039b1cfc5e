// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/ThreadPool.h"

#include "gtest/gtest.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace quern {
namespace {

void countVisits(const quern_parallel &parallel, int64_t count) {
  std::vector<std::atomic<int>> visits(count);
  auto task = [](void *argument, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      ++(*static_cast<std::vector<std::atomic<int>> *>(argument))[i];
  };
  parallel.run(parallel.context, task, &visits, count);
  for (const std::atomic<int> &visit : visits)
    ASSERT_EQ(visit, 1);
}

TEST(ThreadPool, OneThreadNeedsNoPool) { EXPECT_EQ(ThreadPool(1).parallel(), nullptr); }

TEST(ThreadPool, VisitsEachIterationOnce) {
  ThreadPool pool(3);
  EXPECT_EQ(pool.parallel()->threads, 3);
  for (int64_t count : {0, 1, 2, 3, 4, 7, 1000})
    countVisits(*pool.parallel(), count);
}

TEST(ThreadPool, WakesThreadsThatSleep) {
  ThreadPool pool(2);
  for (int round = 0; round < 5; ++round) {
    countVisits(*pool.parallel(), 100);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

TEST(ThreadPool, EndsAtAnyTime) {
  for (int round = 0; round < 50; ++round) {
    ThreadPool pool(2);
    if (round % 2)
      countVisits(*pool.parallel(), 10);
  }
}

} // namespace
} // namespace quern
