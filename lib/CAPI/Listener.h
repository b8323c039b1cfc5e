// The caller's functions behind the interfaces that the driver speaks to, and the border that no exception
// crosses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"
#include "quern/Compiler.h"

#include "llvm/ADT/STLFunctionalExtras.h"

struct quern_bytes {
  std::string text;
};

namespace quern {

/// Hands messages and progress to a quern_listener, which may be null or of an older, shorter form.
class CallerListener : public ProgressListener {
public:
  explicit CallerListener(const quern_listener *listener);

  void tell(Severity severity, llvm::StringRef text) const;
  /// One error for each line; refused.
  quern_outcome refuse(llvm::StringRef reasons) const;
  Messages messages() const;

  bool onStage(llvm::StringRef stage) override;
  bool onStep(llvm::StringRef what, int64_t done, std::optional<int64_t> total) override;

private:
  quern_listener listener = {};
};

/// What `body` returns; refused with a message if it throws, as for want of memory.
quern_outcome guard(const CallerListener &listener, llvm::function_ref<quern_outcome()> body);

quern_outcome toOutcome(Outcome outcome);

} // namespace quern
