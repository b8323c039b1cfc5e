// quern_compile, and what adds up parts of its results.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Compile.h"

#include "lib/CAPI/Listener.h"
#include "lib/CAPI/ReaderSamples.h"
#include "lib/Calibration/Statistics.h"
#include "lib/Driver/CommandLine.h"
#include "lib/Pipelines/Assignment/SensitivityTable.h"

#include "llvm/ADT/StringExtras.h"

using namespace quern;

const char *quern_version(void) { return QUERN_VERSION; }
const char *quern_bytes_data(const quern_bytes *bytes) { return bytes->text.c_str(); }
size_t quern_bytes_size(const quern_bytes *bytes) { return bytes->text.size(); }
void quern_bytes_destroy(quern_bytes *bytes) { delete bytes; }

/// The command line that says the same. `mistakes` gets what no command line should say here.
static std::vector<std::string> toArguments(const char *model, const char *output,
                                            llvm::ArrayRef<quern_option> options,
                                            std::vector<std::string> &mistakes) {
  std::vector<std::string> arguments = {std::string("-o=") + (output ? output : "-")};
  for (const quern_option &option : options) {
    if (!option.name || !option.value) {
      mistakes.push_back(option.name ? std::string("an option has no value: ") + option.name
                                     : "an option has no name");
      continue;
    }
    llvm::StringRef name = option.name;
    if (name == "o" || name == "help" || name == "version")
      mistakes.push_back("'" + name.str() + "' is no option of a compilation");
    arguments.push_back((name.size() == 1 ? "-" : "--") + name.str() + "=" + option.value);
  }
  if (model)
    arguments.insert(arguments.end(), {"--", model});
  return arguments;
}

static quern_outcome compileAsAsked(CompileOptions options, const quern_reader *reader,
                                    CallerListener &listener, quern_bytes **bytes) {
  if (reader) {
    options.calibrationReader = openReader(*reader);
    options.calibrationData = kReaderName;
  }
  options.progress = &listener;
  auto inMemory = std::make_unique<quern_bytes>();
  if (bytes) {
    options.output.clear();
    options.bytes = &inMemory->text;
  }
  Outcome outcome = compile(options, listener.messages());
  if (bytes && outcome == Outcome::Done)
    *bytes = inMemory.release();
  return toOutcome(outcome);
}

quern_outcome quern_compile(const char *model, const char *output, const quern_option *options,
                            size_t option_count, const quern_reader *reader, const quern_listener *caller,
                            quern_bytes **bytes) {
  CallerListener listener(caller);
  return guard(listener, [&] {
    std::vector<std::string> mistakes;
    CommandLine line =
        parseCommandLine(toArguments(model, output, llvm::ArrayRef(options, option_count), mistakes));
    mistakes.insert(mistakes.end(), line.mistakes.begin(), line.mistakes.end());
    if (output && *output == '\0')
      mistakes.emplace_back("the output has no name");
    if (!output && !bytes)
      mistakes.emplace_back("no output given, neither a path nor a place in memory");
    if (!output && line.options.emit == EmitKind::Object)
      mistakes.emplace_back("--emit=obj writes two files: name the output");
    if (reader && !line.options.calibrationData.empty())
      mistakes.emplace_back("--calibration-data and a reader: give one of the two");
    if (!mistakes.empty()) {
      listener.refuse(llvm::join(mistakes, "\n"));
      return QUERN_WRONG_USAGE;
    }
    return compileAsAsked(std::move(line.options), reader, listener, output ? nullptr : bytes);
  });
}

/// Adds up texts, each read by `parse`; `what` they are in messages.
template <typename Part>
static quern_outcome mergeParts(llvm::ArrayRef<const char *> texts, llvm::StringRef what,
                                llvm::function_ref<llvm::Expected<Part>(llvm::StringRef)> parse,
                                CallerListener &listener, quern_bytes **merged) {
  if (texts.empty()) {
    listener.refuse("there are no " + what.str() + " to merge");
    return QUERN_WRONG_USAGE;
  }
  std::optional<Part> sum;
  for (const char *text : texts) {
    llvm::Expected<Part> part = parse(text);
    llvm::Error error = part ? llvm::Error::success() : part.takeError();
    if (!error && sum)
      error = sum->merge(*part);
    else if (!error)
      sum = std::move(*part);
    if (error)
      return listener.refuse(llvm::toString(std::move(error)));
  }
  *merged = new quern_bytes{sum->toJSON()};
  return QUERN_DONE;
}

quern_outcome quern_merge_statistics(const char *const *texts, size_t count, const quern_listener *caller,
                                     quern_bytes **merged) {
  CallerListener listener(caller);
  return guard(listener, [&] {
    return mergeParts<Statistics>(llvm::ArrayRef(texts, count), "statistics", Statistics::fromJSON, listener,
                                  merged);
  });
}

quern_outcome quern_merge_sensitivities(const char *const *tables, size_t count, const quern_listener *caller,
                                        quern_bytes **merged) {
  CallerListener listener(caller);
  auto parse = [](llvm::StringRef text) { return SensitivityTable::parse(text, "the text"); };
  return guard(listener, [&] {
    return mergeParts<SensitivityTable>(llvm::ArrayRef(tables, count), "sensitivities", parse, listener,
                                        merged);
  });
}
