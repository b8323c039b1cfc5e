// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/CAPI/Listener.h"

#include "llvm/ADT/SmallVector.h"

#include <cstring>
#include <exception>

namespace quern {

static_assert(int(Severity::Note) == QUERN_NOTE && int(Severity::Warning) == QUERN_WARNING &&
              int(Severity::Error) == QUERN_ERROR && int(Severity::Remark) == QUERN_REMARK);
static_assert(int(Outcome::Done) == QUERN_DONE && int(Outcome::Refused) == QUERN_REFUSED &&
              int(Outcome::WrongUsage) == QUERN_WRONG_USAGE);

CallerListener::CallerListener(const quern_listener *given) {
  if (given)
    std::memcpy(&listener, given, std::min(given->size, sizeof(listener)));
}

void CallerListener::tell(Severity severity, llvm::StringRef text) const {
  if (listener.message)
    listener.message(listener.context, static_cast<quern_severity>(severity), text.str().c_str());
}

quern_outcome CallerListener::refuse(llvm::StringRef reasons) const {
  llvm::SmallVector<llvm::StringRef> lines;
  reasons.split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef line : lines)
    tell(Severity::Error, line);
  return QUERN_REFUSED;
}

Messages CallerListener::messages() const {
  return [this](Severity severity, llvm::StringRef text) { tell(severity, text); };
}

bool CallerListener::onStage(llvm::StringRef stage) { return onStep(stage, 0, 0); }

bool CallerListener::onStep(llvm::StringRef what, int64_t done, std::optional<int64_t> total) {
  return !listener.progress ||
         listener.progress(listener.context, what.str().c_str(), done, total.value_or(-1)) == 0;
}

quern_outcome guard(const CallerListener &listener, llvm::function_ref<quern_outcome()> body) {
  try {
    return body();
  } catch (const std::exception &exception) {
    return listener.refuse(exception.what());
  }
}

quern_outcome toOutcome(Outcome outcome) { return static_cast<quern_outcome>(outcome); }

} // namespace quern
