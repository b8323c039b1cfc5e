// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/ThreadPool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <thread>
#include <vector>

namespace quern {
namespace {

/// Longer than the serial part between two loops of a model, shorter than a scheduler's time slice.
constexpr int kSpins = 20000;

/// Enough for a thread that comes late to find something left to do, few enough to cost little.
constexpr int64_t kChunksPerThread = 4;

struct Loop {
  void (*task)(void *argument, int64_t begin, int64_t end) = nullptr;
  void *argument = nullptr;
  int64_t count = 0;
  int64_t chunks = 0;
};

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

} // namespace

/// A loop is cut into chunks, and each thread has a share of them, contiguous so that loops over the same
/// data meet it in the same cache. A thread takes the chunks of its own share, then those that others have
/// not begun: the caller never waits for a thread that has not woken up.
///
/// A chunk is claimed by advancing `next` of its share. Until all chunks are counted in `finished` the loop
/// does not end, so whoever has claimed one may read the loop; and the loop was written before any chunk
/// could be claimed.
struct ThreadPool::State {
  explicit State(int32_t threads) : shares(threads) {
    for (int32_t index = 1; index < threads; ++index)
      workers.emplace_back([this, index] { serve(index); });
  }

  ~State() {
    {
      std::lock_guard lock(mutex);
      stopping.store(true);
    }
    wake.notify_all();
    for (std::thread &worker : workers)
      worker.join();
  }

  void run(Loop toRun) {
    if (toRun.count < 2)
      return toRun.count == 1 ? toRun.task(toRun.argument, 0, 1) : void();
    int64_t threads = std::ssize(shares);
    loop = toRun;
    loop.chunks = std::min(loop.count, threads * kChunksPerThread);
    finished.store(0, std::memory_order_relaxed);
    for (int64_t index = 0; index < threads; ++index)
      shares[index].range.store(
          Share::pack(index * loop.chunks / threads, (index + 1) * loop.chunks / threads),
          std::memory_order_release);
    round.fetch_add(1); // sequentially consistent, against `sleepers` in waitForRound
    if (sleepers.load() != 0) {
      {
        std::lock_guard lock(mutex);
      } // a worker that has seen no new round is now asleep
      wake.notify_all();
    }
    work(0);
    int spins = 0;
    while (finished.load(std::memory_order_acquire) != loop.chunks)
      ++spins < kSpins ? relax() : std::this_thread::yield();
  }

private:
  /// The chunks of one thread that nobody has begun: [next, end) in one word.
  struct alignas(64) Share {
    static uint64_t pack(uint64_t next, uint64_t end) { return next << 32 | end; }

    /// The number of the chunk claimed, or -1.
    int64_t claim() {
      uint64_t current = range.load(std::memory_order_relaxed);
      while (current >> 32 < (current & UINT32_MAX))
        if (range.compare_exchange_weak(current, current + pack(1, 0), std::memory_order_acq_rel))
          return static_cast<int64_t>(current >> 32);
      return -1;
    }

    std::atomic<uint64_t> range{0};
  };

  /// Does the chunks of the thread's own share, then of the next ones.
  void work(int64_t thread) {
    int64_t done = 0, threads = std::ssize(shares);
    for (int64_t step = 0; step < threads; ++step) {
      Share &share = shares[(thread + step) % threads];
      for (int64_t chunk = share.claim(); chunk >= 0; chunk = share.claim(), ++done)
        loop.task(loop.argument, chunk * loop.count / loop.chunks, (chunk + 1) * loop.count / loop.chunks);
    }
    if (done != 0)
      finished.fetch_add(done, std::memory_order_release);
  }

  void serve(int64_t thread) {
    uint64_t seen = 0;
    while (waitForRound(seen))
      work(thread);
  }

  /// Waits for a round other than `seen`, which it then sets; false when the pool ends.
  bool waitForRound(uint64_t &seen) {
    auto isNew = [&] {
      uint64_t current = round.load();
      return current != seen && (seen = current, true);
    };
    for (int spins = 0; spins < kSpins; ++spins) {
      if (isNew())
        return true;
      if (stopping.load(std::memory_order_relaxed))
        return false;
      relax();
    }
    std::unique_lock lock(mutex);
    sleepers.fetch_add(1);
    bool found = false;
    wake.wait(lock, [&] { return (found = isNew()) || stopping.load(); });
    sleepers.fetch_sub(1);
    return found;
  }

  std::vector<Share> shares;
  Loop loop;
  alignas(64) std::atomic<uint64_t> round{0};
  alignas(64) std::atomic<int64_t> finished{0};
  alignas(64) std::atomic<int32_t> sleepers{0};
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::thread> workers; // last: they use all of the above
};

ThreadPool::ThreadPool(int32_t threads) : state(threads > 1 ? std::make_unique<State>(threads) : nullptr) {
  interface.context = state.get();
  interface.threads = threads > 1 ? threads : 1;
  interface.run = [](void *context, void (*task)(void *, int64_t, int64_t), void *argument, int64_t count) {
    static_cast<State *>(context)->run({task, argument, count});
  };
}

ThreadPool::~ThreadPool() = default;

const quern_parallel *ThreadPool::parallel() const { return state ? &interface : nullptr; }

} // namespace quern
