// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Tool/RunOptions.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <set>
#include <thread>

namespace quern {

const char *const kRunHelp = R"(quern-run: runs a model that quernc compiled.

  quern-run MODEL.so --input NAME=FILE.npy ... --output-dir DIR   one run; writes DIR/OUTPUT.npy
  quern-run MODEL.so --samples IN.npz --outputs OUT.npz           many runs: one array per input, with one leading
                                                                  axis over samples; outputs are stacked alike
  quern-run MODEL.so --samples IN.npz --expected OUT.npz          compares with stored outputs, such as the float model's: the
                                                                  errors, and how often another token is the largest
  quern-run MODEL.so --test-data DIR                              compares with ONNX test data: input_0.pb, output_0.pb
  quern-run MODEL.so --benchmark                                  measures for about a second
  quern-run MODEL.so --describe                                   inputs, outputs, sizes, precision, hashes

Options
  --input NAME=FILE.npy   data of one input, for one run or for --benchmark; types and shapes are never converted
  --output-dir DIR        made where it is missing; in names of outputs, characters that file names cannot hold
                          become %XX
  --samples FILE          .npz keyed by input name, or .npy where the model has one input
  --outputs FILE          .npz keyed by output name
  --expected FILE         as --outputs writes it; the comparison is told, and is no reason to fail
  --test-data DIR         a folder test_data_set_N
  --rtol R, --atol A      --test-data accepts |actual - expected| <= A + R * |expected|; 1e-3 and 1e-7
  --threads=N             threads to run on; 0 for all of this machine's; 1
  --profile               --benchmark tells the time of each node too, of a model compiled with quernc --profile
  --json                  --benchmark, --describe and --expected print JSON
  --help, --version

Without --input, --benchmark uses made-up data: floats and bytes from a fixed sequence, zeros for wider integers.

Examples
  quern-run mobilenet.so --input image=cat.npy --output-dir out
  quern-run mobilenet.so --benchmark --threads=2 --json
  quern-run mobilenet-profiled.so --benchmark --profile
  quern-run mobilenet.so --test-data test_data_set_0 --rtol 1e-2

Exit status: 0 done, 1 the model or data was refused or does not match, 2 wrong usage.
)";

namespace {

using Mode = RunOptions::Mode;

/// Takes options from a list of arguments into RunOptions.
class Parser {
public:
  Parser(const std::vector<std::string> &arguments, std::string &error) : arguments(arguments), error(error) {
    auto text = [this](std::string &field) {
      return [this, &field](const std::string &value) {
        field = value;
        return !value.empty() || complain("an empty value");
      };
    };
    values["input"] = [this](const std::string &value) {
      options.inputs.push_back(value);
      return value.find('=') != std::string::npos || complain("expected NAME=FILE, got '" + value + "'");
    };
    values["output-dir"] = text(options.outputFolder);
    values["samples"] = text(options.samples);
    values["outputs"] = text(options.outputs);
    values["expected"] = text(options.expected);
    values["test-data"] = text(options.testData);
    values["rtol"] = [this](const std::string &value) { return number(value, options.tolerance.relative); };
    values["atol"] = [this](const std::string &value) { return number(value, options.tolerance.absolute); };
    values["threads"] = [this](const std::string &value) { return threads(value); };
    flags["json"] = [this] { options.json = true; };
    flags["profile"] = [this] { options.profile = true; };
    for (auto [name, mode] : {std::pair("benchmark", Mode::Benchmark), std::pair("describe", Mode::Describe),
                              std::pair("help", Mode::Help), std::pair("version", Mode::Version)})
      flags[name] = [this, mode = mode] { modes.insert(mode); };
  }

  std::optional<RunOptions> parse() {
    for (size_t index = 0; index < arguments.size(); ++index)
      if (!argument(index))
        return std::nullopt;
    for (Mode mode : {Mode::Help, Mode::Version})
      if (modes.count(mode)) {
        options.mode = mode;
        return options;
      }
    if (!chooseMode())
      return std::nullopt;
    return options;
  }

private:
  bool complain(const std::string &what) {
    error = (current.empty() ? "" : "--" + current + ": ") + what;
    return false;
  }

  bool argument(size_t &index) {
    std::string text = arguments[index];
    current.clear();
    if (text == "-h")
      text = "--help";
    if (!text.starts_with("-") || text == "-") {
      if (!options.model.empty())
        return complain("one model is run, got '" + options.model + "' and '" + text + "'");
      options.model = text;
      return text.empty() ? complain("the model's name is empty") : true;
    }
    size_t equals = text.find('=');
    std::string name = text.substr(0, equals);
    name.erase(0, name.find_first_not_of('-'));
    std::replace(name.begin(), name.end(), '_', '-');
    current = name;
    if (auto flag = flags.find(name); flag != flags.end()) {
      if (equals != std::string::npos)
        return complain("takes no value");
      flag->second();
      return true;
    }
    auto value = values.find(name);
    if (value == values.end()) {
      current.clear();
      return complain("unknown option '" + text + "'; see --help");
    }
    if (name != "input" && !seen.insert(name).second)
      return complain("given twice");
    if (equals != std::string::npos)
      return value->second(text.substr(equals + 1));
    if (++index == arguments.size())
      return complain("expected a value");
    return value->second(arguments[index]);
  }

  bool number(const std::string &text, double &value) {
    auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    return (code == std::errc() && end == text.data() + text.size() && value >= 0) ||
           complain("expected a number that is not negative, got '" + text + "'");
  }

  bool threads(const std::string &text) {
    constexpr int kMost = 1024;
    auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), options.threads);
    if (code != std::errc() || end != text.data() + text.size() || options.threads < 0 ||
        options.threads > kMost)
      return complain("expected a number of threads from 0 to " + std::to_string(kMost) + ", got '" + text +
                      "'");
    if (options.threads == 0)
      options.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    return true;
  }

  bool chooseMode() {
    current.clear();
    if (options.model.empty())
      return complain("no model given; see --help");
    if (!options.samples.empty() || !options.outputs.empty() || !options.expected.empty())
      modes.insert(Mode::Samples);
    if (!options.testData.empty())
      modes.insert(Mode::TestData);
    if (!options.outputFolder.empty())
      modes.insert(Mode::Once);
    if (modes.empty() && options.inputs.empty())
      return complain("nothing to do: give --input and --output-dir, --samples and --outputs, --test-data, "
                      "--benchmark or --describe");
    if (modes.empty())
      return complain("--input needs --output-dir");
    if (modes.size() > 1)
      return complain("one of --output-dir, --samples, --test-data, --benchmark and --describe at a time");
    options.mode = *modes.begin();
    bool hasUse = !options.outputs.empty() || !options.expected.empty();
    if (options.mode == Mode::Samples && (options.samples.empty() || !hasUse))
      return complain("--samples goes with --outputs, --expected or both");
    if (!options.inputs.empty() && options.mode != Mode::Once && options.mode != Mode::Benchmark)
      return complain("--input goes with --output-dir or --benchmark");
    if (options.profile && options.mode != Mode::Benchmark)
      return complain("--profile goes with --benchmark");
    return true;
  }

  const std::vector<std::string> &arguments;
  std::string &error;
  RunOptions options;
  std::string current;
  std::map<std::string, std::function<bool(const std::string &)>> values;
  std::map<std::string, std::function<void()>> flags;
  std::set<std::string> seen;
  std::set<Mode> modes;
};

} // namespace

std::optional<RunOptions> parseRunOptions(const std::vector<std::string> &arguments, std::string &error) {
  return Parser(arguments, error).parse();
}

} // namespace quern
