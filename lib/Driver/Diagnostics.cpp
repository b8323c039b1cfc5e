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

static llvm::StringRef severityName(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  llvm_unreachable("all severities are named");
}

UserDiagnostics::UserDiagnostics(MLIRContext &context, llvm::raw_ostream &stream)
    : stream(stream), handler(&context, [this](Diagnostic &diagnostic) {
        print(diagnostic);
        return success();
      }) {
  // A diagnostic speaks to the user of a model, not to the author of a pass.
  context.printOpOnDiagnostic(false);
  context.printStackTraceOnDiagnostic(false);
}

void UserDiagnostics::print(const Diagnostic &diagnostic) {
  errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
  std::string text = ("quernc: " + severityName(diagnostic.getSeverity()) + ": ").str();
  if (std::string where = describeLocation(diagnostic.getLocation()); !where.empty())
    text += where + ": ";
  text = printable(text + diagnostic.str());
  if (printed.insert(text).second)
    stream << text << "\n";
  for (const Diagnostic &note : diagnostic.getNotes())
    print(note);
}

} // namespace quern
