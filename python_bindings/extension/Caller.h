// Python functions as the listener of a call into the compiler.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "quern/Compiler.h"

#include <nanobind/nanobind.h>

#include <optional>

namespace quern::python {

/// While a call runs without the interpreter's lock, hands its messages and progress to Python functions, and
/// lets signals (Ctrl-C) through between steps. What Python raises stops the call and is raised again when it
/// has ended.
class Caller {
public:
  /// `message(severity: int, text: str)`; `progress(what: str, done: int, total: int)` or None.
  Caller(nanobind::object message, nanobind::object progress)
      : message(std::move(message)), progress(std::move(progress)) {}
  Caller(const Caller &) = delete;
  Caller &operator=(const Caller &) = delete;

  const quern_listener *getListener() const { return &listener; }

  /// What `call` returns, which runs without the lock. Raises what a callback raised.
  template <typename Call> quern_outcome run(Call call) {
    quern_outcome outcome;
    {
      nanobind::gil_scoped_release unlocked;
      outcome = call();
    }
    if (raised)
      throw nanobind::python_error(std::move(*raised));
    return outcome;
  }

  /// What `body` returns, with the lock held; `otherwise` if it raises, now or before.
  template <typename Body> int32_t guard(int32_t otherwise, Body body) {
    nanobind::gil_scoped_acquire locked;
    if (raised)
      return otherwise;
    try {
      return body();
    } catch (nanobind::python_error &error) {
      raised.emplace(std::move(error));
      return otherwise;
    }
  }

private:
  static void hearMessage(void *context, quern_severity severity, const char *text);
  static int32_t hearProgress(void *context, const char *what, int64_t done, int64_t total);

  nanobind::object message, progress;
  std::optional<nanobind::python_error> raised;
  quern_listener listener = {sizeof(quern_listener), this, hearMessage, hearProgress};
};

} // namespace quern::python
