// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/ThreadPool.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace quern {
namespace {

/// Longer than the serial part between two loops of a model, shorter than a scheduler's time slice.
constexpr int kSpins = 20000;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

} // namespace

/// A loop is published by advancing `round`; each helper does its share and then counts itself in `finished`.
/// Shares are fixed by the thread's index, so a loop costs two cache lines and no lock while the helpers
/// spin.
struct ThreadPool::State {
  explicit State(int32_t threads) : threadCount(threads) {
    for (int32_t index = 1; index < threads; ++index)
      helpers.emplace_back([this, index] { help(index); });
  }

  ~State() {
    {
      std::lock_guard lock(mutex);
      stopping.store(true);
    }
    wake.notify_all();
    for (std::thread &helper : helpers)
      helper.join();
  }

  void run(void (*body)(void *, int64_t, int64_t), void *bodyArgument, int64_t iterations) {
    if (iterations < 2)
      return iterations == 1 ? body(bodyArgument, 0, 1) : void();
    task = body;
    argument = bodyArgument;
    count = iterations;
    finished.store(0, std::memory_order_relaxed);
    round.fetch_add(1); // sequentially consistent, against `sleepers` in waitForRound
    if (sleepers.load() != 0) {
      {
        std::lock_guard lock(mutex);
      } // a helper that has seen no new round is now asleep
      wake.notify_all();
    }
    doShare(0);
    int spins = 0;
    while (finished.load(std::memory_order_acquire) != threadCount - 1)
      ++spins < kSpins ? relax() : std::this_thread::yield();
  }

private:
  void doShare(int32_t index) {
    int64_t begin = share(index), end = share(index + 1);
    if (begin < end)
      task(argument, begin, end);
  }

  /// Where the share of thread `index` begins; shares differ by one iteration at most.
  int64_t share(int32_t index) const {
    int64_t whole = count / threadCount, rest = count % threadCount;
    return index * whole + (index < rest ? index : rest);
  }

  void help(int32_t index) {
    uint64_t seen = 0;
    while (waitForRound(seen)) {
      ++seen;
      doShare(index);
      finished.fetch_add(1, std::memory_order_release);
    }
  }

  /// False when the pool ends.
  bool waitForRound(uint64_t seen) {
    for (int spins = 0; spins < kSpins; ++spins) {
      if (round.load(std::memory_order_acquire) != seen)
        return true;
      if (stopping.load(std::memory_order_relaxed))
        return false;
      relax();
    }
    std::unique_lock lock(mutex);
    sleepers.fetch_add(1);
    wake.wait(lock, [&] { return round.load() != seen || stopping.load(); });
    sleepers.fetch_sub(1);
    return round.load() != seen;
  }

  const int32_t threadCount;
  void (*task)(void *, int64_t, int64_t) = nullptr;
  void *argument = nullptr;
  int64_t count = 0;

  alignas(64) std::atomic<uint64_t> round{0};
  alignas(64) std::atomic<int32_t> finished{0};
  alignas(64) std::atomic<int32_t> sleepers{0};
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::thread> helpers; // last: they use all of the above
};

ThreadPool::ThreadPool(int32_t threads) : state(threads > 1 ? std::make_unique<State>(threads) : nullptr) {
  interface.context = state.get();
  interface.threads = threads > 1 ? threads : 1;
  interface.run = [](void *context, void (*task)(void *, int64_t, int64_t), void *argument, int64_t count) {
    static_cast<State *>(context)->run(task, argument, count);
  };
}

ThreadPool::~ThreadPool() = default;

const quern_parallel *ThreadPool::parallel() const { return state ? &interface : nullptr; }

} // namespace quern
