// The default implementation of quern_parallel: a few threads that spin briefly for the next loop, then
// sleep.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "quern/Model.h"

#include <memory>

namespace quern {

/// `threads - 1` threads that help the caller. One loop runs at a time; loops do not nest.
class ThreadPool {
public:
  explicit ThreadPool(int32_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  /// For `quern_model.run`; null with one thread, so that the model runs serially.
  const quern_parallel *parallel() const;

private:
  struct State;
  std::unique_ptr<State> state;
  quern_parallel interface;
};

} // namespace quern
