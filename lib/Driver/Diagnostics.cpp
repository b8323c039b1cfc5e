// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Diagnostics.h"

#include "lib/Support/Printable.h"

#include "mlir/IR/Location.h"
#include "mlir/IR/MLIRContext.h"

using namespace mlir;

namespace quern {

std::string describeLocation(Location location) {
  std::string text;
  location->walk([&](Location part) {
    if (auto name = dyn_cast<NameLoc>(part))
      text = ("node '" + name.getName().getValue() + "'").str();
    else if (auto file = dyn_cast<FileLineColLoc>(part))
      text = file.getLine() ? (file.getFilename().getValue() + ":" + llvm::Twine(file.getLine())).str()
                            : file.getFilename().str();
    return text.empty() ? WalkResult::advance() : WalkResult::interrupt();
  });
  return text;
}

LogicalResult report(MLIRContext &context, llvm::Error error, llvm::StringRef remark) {
  if (!error)
    return success();
  std::string text = llvm::toString(std::move(error));
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(text).split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef line : lines)
    emitError(UnknownLoc::get(&context)) << line << remark;
  return failure();
}

const char *severityName(Severity severity) {
  switch (severity) {
  case Severity::Note:
    return "note";
  case Severity::Warning:
    return "warning";
  case Severity::Error:
    return "error";
  case Severity::Remark:
    return "remark";
  }
  llvm_unreachable("all severities are named");
}

static Severity toSeverity(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return Severity::Note;
  case DiagnosticSeverity::Warning:
    return Severity::Warning;
  case DiagnosticSeverity::Error:
    return Severity::Error;
  case DiagnosticSeverity::Remark:
    return Severity::Remark;
  }
  llvm_unreachable("all severities are known");
}

UserDiagnostics::UserDiagnostics(MLIRContext &context, const Messages &messages)
    : messages(messages), handler(&context, [this](Diagnostic &diagnostic) {
        tell(diagnostic);
        return success();
      }) {
  // A diagnostic speaks to the user of a model, not to the author of a pass.
  context.printOpOnDiagnostic(false);
  context.printStackTraceOnDiagnostic(false);
}

void UserDiagnostics::tell(const Diagnostic &diagnostic) {
  Severity severity = toSeverity(diagnostic.getSeverity());
  errors += severity == Severity::Error;
  std::string where = describeLocation(diagnostic.getLocation());
  std::string text = printable((where.empty() ? "" : where + ": ") + diagnostic.str());
  if (told.insert(std::string(severityName(severity)) + ": " + text).second)
    messages(severity, text);
  for (const Diagnostic &note : diagnostic.getNotes())
    tell(note);
}

} // namespace quern
