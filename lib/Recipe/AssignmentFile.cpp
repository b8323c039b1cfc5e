// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/AssignmentFile.h"

#include "lib/Recipe/Document.h"
#include "lib/Support/Files.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

namespace quern {

using Kind = DocumentNode::Kind;

/// As a string of JSON, which is one of YAML.
static std::string quote(llvm::StringRef text) {
  std::string quoted;
  llvm::raw_string_ostream(quoted) << llvm::json::Value(llvm::json::fixUTF8(text));
  return quoted;
}

/// A comment ends with its line.
static std::string comment(llvm::StringRef text) {
  std::string line = "# " + text.str();
  for (char &character : line)
    if (static_cast<unsigned char>(character) < ' ')
      character = ' ';
  return line;
}

static std::string formatPrecision(const AssignedBits &weight) {
  if (weight.isFloat)
    return "float: true";
  std::string text = "bits: " + std::to_string(weight.bits);
  if (weight.groupSize)
    text += ", group-size: " + std::to_string(*weight.groupSize ? *weight.groupSize : -1);
  return weight.hasDynamicActivations ? text + ", activations: dynamic" : text;
}

std::string formatAssignment(const AssignmentFile &assignment, llvm::ArrayRef<std::string> about,
                             llvm::ArrayRef<std::string> notes) {
  std::string text;
  for (const std::string &line : about)
    text += comment(line) + "\n";
  text += "version: 1\nmodel: " + quote(assignment.modelHash) + "\nweights:\n";
  for (auto [weight, note] : llvm::zip_equal(assignment.weights, notes))
    text +=
        "  - {node: " + quote(weight.node) + ", " + formatPrecision(weight) + "}  " + comment(note) + "\n";
  return text;
}

namespace {
/// Reads mappings key by key and keeps what is wrong.
struct AssignmentReader {
  std::vector<Problem> &problems;

  void add(const DocumentNode &node, const llvm::Twine &text) { problems.push_back({node.line, text.str()}); }

  template <typename Read>
  void readMapping(const DocumentNode &node, llvm::StringRef what, llvm::ArrayRef<const char *> keys,
                   llvm::ArrayRef<const char *> others, Read read) {
    std::vector<const char *> accepted(keys);
    llvm::append_range(accepted, others);
    if (node.kind != Kind::Mapping)
      return add(node, what + ": expected a mapping with " + llvm::join(keys, ", "));
    for (auto [key, value] : llvm::zip_equal(node.keys, node.elements)) {
      if (llvm::is_contained(accepted, llvm::StringRef(key.text)))
        read(llvm::StringRef(key.text), value);
      else
        add(key,
            "unknown key '" + key.text + "' in " + what + "; accepted are " + llvm::join(accepted, ", "));
    }
    for (llvm::StringRef key : keys)
      if (llvm::none_of(node.keys, [&](const DocumentNode &known) { return known.text == key; }))
        add(node, what + " has no '" + key + "'");
  }

  void readGroupSize(const DocumentNode &value, AssignedBits &entry) {
    int64_t size = 0;
    if (value.kind != Kind::Scalar || !llvm::to_integer(value.text, size, 10) || (size < 1 && size != -1))
      add(value, "group-size: '" + value.text +
                     "' is not accepted; expected a positive size, or -1 for one scale per channel");
    entry.groupSize = std::max<int64_t>(size, 0);
  }

  void readBits(const DocumentNode &value, AssignedBits &entry) {
    if (value.kind != Kind::Scalar || !llvm::to_integer(value.text, entry.bits, 10) || entry.bits < 2 ||
        entry.bits > 8)
      add(value, "bits: '" + value.text + "' is not accepted; expected a number from 2 to 8");
  }

  AssignedBits readEntry(const DocumentNode &node) {
    AssignedBits entry;
    entry.line = node.line;
    bool hasBits = false;
    readMapping(node, "an entry of weights", {"node"}, {"bits", "float", "group-size", "activations"},
                [&](llvm::StringRef key, const DocumentNode &value) {
                  if (key == "node")
                    entry.node = value.text;
                  if (key == "group-size")
                    readGroupSize(value, entry);
                  if (key == "bits")
                    readBits(value, entry);
                  hasBits |= key == "bits";
                  if (key == "float" && value.text != "true")
                    add(value, "float: '" + value.text + "' is not accepted; expected true");
                  entry.isFloat |= key == "float";
                  if (key == "activations" && value.text != "dynamic")
                    add(value, "activations: '" + value.text + "' is not accepted; expected dynamic");
                  entry.hasDynamicActivations |= key == "activations";
                });
    if (node.kind == Kind::Mapping && !hasBits && !entry.isFloat)
      add(node, "an entry of weights has no 'bits', and no 'float: true' instead");
    if (entry.isFloat && (hasBits || entry.groupSize || entry.hasDynamicActivations))
      add(node, "an entry of weights with 'float: true' has no 'bits', 'group-size' or 'activations'");
    return entry;
  }

  AssignmentFile read(const DocumentNode &document) {
    AssignmentFile assignment;
    readMapping(document, "an assignment", {"version", "model", "weights"}, {},
                [&](llvm::StringRef key, const DocumentNode &value) {
                  if (key == "version" && value.text != "1")
                    add(value, "version: '" + value.text + "' is not accepted; expected 1");
                  if (key == "model")
                    assignment.modelHash = value.text;
                  if (key == "weights" && value.kind != Kind::Sequence)
                    add(value, "weights: expected a list");
                  if (key == "weights" && value.kind == Kind::Sequence)
                    for (const DocumentNode &entry : value.elements)
                      assignment.weights.push_back(readEntry(entry));
                });
    return assignment;
  }
};
} // namespace

llvm::Expected<AssignmentFile> readAssignment(llvm::StringRef path) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  std::vector<Problem> problems;
  std::optional<DocumentNode> document = parseDocument((*buffer)->getBuffer(), problems);
  AssignmentFile assignment;
  if (document)
    assignment = AssignmentReader{problems}.read(*document);
  assignment.file = path.str();
  if (problems.empty())
    return assignment;
  llvm::sort(problems, [](const Problem &a, const Problem &b) {
    return std::tie(a.line, a.text) < std::tie(b.line, b.text);
  });
  std::string text;
  for (const Problem &problem : problems)
    text += (text.empty() ? "" : "\n") + (path + ":" + llvm::Twine(problem.line) + ": " + problem.text).str();
  return llvm::createStringError(text);
}

} // namespace quern
