// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Diff/DiffTool.h"

#include "lib/Report/Diff/Comparison.h"
#include "lib/Support/FlagSet.h"
#include "lib/Support/Printable.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

namespace quern {

namespace {
struct DiffFlags : FlagSet {
  Flag input{*this, "input", "path",
             "Samples that both models run on: .npz keyed by input name, .npy, a folder of either, or ONNX "
             "test data"};
  Flag json{*this, "json", "", "Print JSON", Flag::Kind::Switch};
  Flag help{*this, "help", "", "Print this", Flag::Kind::Switch};
};
} // namespace

static constexpr const char kUsage[] =
    R"(OVERVIEW: quernc diff: two compiled models side by side, or two reports

  quernc diff a.so b.so
      model hash, recipe, precision of each node, bytes, what stays float; '*' marks what differs
  quernc diff a.so b.so --input=x.npz
      and what they compute from the same inputs, and in what time
  quernc diff a.json b.json
      two files of --report: errors of each node beside each other

EXIT STATUS: 0 done, whether they differ or not, 1 a file was refused, 2 wrong usage

OPTIONS:
)";

static bool isReport(llvm::StringRef path) { return llvm::sys::path::extension(path) == ".json"; }

int runDiffTool(llvm::ArrayRef<std::string> arguments) {
  DiffFlags flags;
  std::vector<std::string> mistakes, files = flags.parse(arguments, mistakes);
  if (flags.help.isOn()) {
    llvm::outs() << kUsage << flags.formatHelp();
    return 0;
  }
  if (files.size() != 2)
    mistakes.push_back(llvm::formatv("expected two files, got {0} (see quernc diff --help)", files.size()));
  else if (isReport(files[0]) != isReport(files[1]))
    mistakes.push_back("a report and an artefact have nothing in common: give two of a kind");
  else if (isReport(files[0]) && flags.input.isGiven())
    mistakes.push_back("--input goes with two artefacts: reports do not run");
  for (const std::string &mistake : mistakes)
    llvm::errs() << "quernc diff: " << printable(mistake) << "\n";
  if (!mistakes.empty())
    return 2;
  llvm::Expected<SideBySide> sides = isReport(files[0])
                                         ? compareReports(files[0], files[1])
                                         : compareArtefacts(files[0], files[1], flags.input.getValue());
  if (!sides) {
    llvm::handleAllErrors(sides.takeError(), [](const llvm::ErrorInfoBase &reason) {
      llvm::errs() << "quernc diff: error: " << printable(reason.message()) << "\n";
    });
    return 1;
  }
  if (flags.json.isOn())
    llvm::outs() << llvm::formatv("{0:2}\n", formatJSON(*sides));
  else
    llvm::outs() << formatText(*sides);
  return 0;
}

} // namespace quern
