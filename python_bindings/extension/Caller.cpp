// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "python_bindings/extension/Caller.h"

namespace nb = nanobind;

namespace quern::python {

void Caller::hearMessage(void *context, quern_severity severity, const char *text) {
  auto *caller = static_cast<Caller *>(context);
  caller->guard(0, [&] {
    caller->message(static_cast<int>(severity), text);
    return 0;
  });
}

int32_t Caller::hearProgress(void *context, const char *what, int64_t done, int64_t total) {
  auto *caller = static_cast<Caller *>(context);
  return caller->guard(/*otherwise: stop*/ 1, [&] {
    if (PyErr_CheckSignals() != 0)
      throw nb::python_error();
    if (!caller->progress.is_none())
      caller->progress(what, done, total);
    return 0;
  });
}

} // namespace quern::python
