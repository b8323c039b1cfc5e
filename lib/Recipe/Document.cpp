// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/Document.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

namespace quern {

static constexpr size_t kLargestText = 64 << 10;
static constexpr size_t kLongestLine = 1000;
static constexpr unsigned kDeepestNesting = 16;
/// Brackets that are open at once, counted without regard to quotes: a bound of the parser's recursion, far
/// above what kDeepestNesting and the regular expressions of a recipe come to.
static constexpr int64_t kMostOpenBrackets = 1000;

/// LLVM's parser recurses once per level; a level takes an open bracket, or a character of its line.
static bool isSafeToParse(llvm::StringRef text, std::vector<Problem> &problems) {
  if (text.size() > kLargestText) {
    problems.push_back({1, "the file has " + std::to_string(text.size()) + " bytes; accepted are " +
                               std::to_string(kLargestText)});
    return false;
  }
  int64_t open = 0;
  unsigned line = 1;
  size_t column = 0;
  for (char c : text) {
    open += (c == '[' || c == '{') - (c == ']' || c == '}');
    column = c == '\n' ? 0 : column + 1;
    if (column > kLongestLine || open > kMostOpenBrackets || c == '\0') {
      const char *reason = c == '\0'               ? "a zero byte: expected text"
                           : column > kLongestLine ? "a line of more than 1000 characters"
                                                   : "too many open brackets";
      problems.push_back({line, reason});
      return false;
    }
    line += c == '\n';
  }
  return true;
}

namespace {
/// Copies LLVM's nodes, which can be read once and in order only.
class Reader {
public:
  Reader(llvm::SourceMgr &sources, std::vector<Problem> &problems) : sources(sources), problems(problems) {}

  DocumentNode read(llvm::yaml::Node *node, unsigned depth) {
    DocumentNode result;
    if (!node)
      return result;
    result.line = lineOf(*node);
    if (!node->getAnchor().empty() || llvm::isa<llvm::yaml::AliasNode>(node))
      refuse(result, "anchors and aliases are not accepted: write the value out");
    else if (!node->getRawTag().empty() && node->getRawTag() != "!")
      refuse(result, "tag '" + node->getRawTag().str() + "' is not accepted");
    else if (depth > kDeepestNesting)
      refuse(result, "nested more than " + std::to_string(kDeepestNesting) + " deep");
    else if (auto *mapping = llvm::dyn_cast<llvm::yaml::MappingNode>(node))
      readMapping(*mapping, depth, result);
    else if (auto *sequence = llvm::dyn_cast<llvm::yaml::SequenceNode>(node))
      readSequence(*sequence, depth, result);
    else
      readScalar(*node, result);
    return result;
  }

private:
  unsigned lineOf(const llvm::yaml::Node &node) {
    llvm::SMLoc start = node.getSourceRange().Start;
    return start.isValid() ? sources.getLineAndColumn(start).first : 1;
  }

  /// One reason is enough where a part of the document cannot be read.
  void refuse(const DocumentNode &node, std::string reason) {
    problems.push_back({node.line, std::move(reason)});
  }

  void readMapping(llvm::yaml::MappingNode &mapping, unsigned depth, DocumentNode &result) {
    result.kind = DocumentNode::Kind::Mapping;
    llvm::StringSet<> keys;
    for (llvm::yaml::KeyValueNode &entry : mapping) {
      DocumentNode key = read(entry.getKey(), depth + 1);
      if (key.kind != DocumentNode::Kind::Scalar)
        refuse(key.line ? key : result, "expected a name as a key");
      else if (!keys.insert(key.text).second)
        refuse(key, "key '" + key.text + "' stands twice");
      DocumentNode value = read(entry.getValue(), depth + 1);
      if (value.kind == DocumentNode::Kind::Null)
        value.line = key.line;
      result.keys.push_back(std::move(key));
      result.elements.push_back(std::move(value));
      if (problems.size() > kMostProblems)
        return;
    }
  }

  void readSequence(llvm::yaml::SequenceNode &sequence, unsigned depth, DocumentNode &result) {
    result.kind = DocumentNode::Kind::Sequence;
    for (llvm::yaml::Node &element : sequence) {
      result.elements.push_back(read(&element, depth + 1));
      if (problems.size() > kMostProblems)
        return;
    }
  }

  void readScalar(llvm::yaml::Node &node, DocumentNode &result) {
    if (auto *scalar = llvm::dyn_cast<llvm::yaml::ScalarNode>(&node)) {
      llvm::SmallString<64> storage;
      result.kind = DocumentNode::Kind::Scalar;
      result.text = scalar->getValue(storage).str();
    } else if (auto *block = llvm::dyn_cast<llvm::yaml::BlockScalarNode>(&node)) {
      result.kind = DocumentNode::Kind::Scalar;
      result.text = block->getValue().str();
    }
  }

  static constexpr size_t kMostProblems = 100;
  llvm::SourceMgr &sources;
  std::vector<Problem> &problems;
};
} // namespace

/// The parser's own complaints.
static void collect(const llvm::SMDiagnostic &diagnostic, void *problems) {
  static_cast<std::vector<Problem> *>(problems)->push_back(
      {unsigned(std::max(1, diagnostic.getLineNo())), "is not YAML: " + diagnostic.getMessage().str()});
}

std::optional<DocumentNode> parseDocument(llvm::StringRef text, std::vector<Problem> &problems) {
  if (!isSafeToParse(text, problems))
    return std::nullopt;
  size_t before = problems.size();
  // A copy: the parser reads the zero behind the last byte.
  std::string copy = text.str();
  {
    llvm::SourceMgr sources;
    sources.setDiagHandler(collect, &problems);
    llvm::yaml::Stream stream(copy, sources, /*ShowColors=*/false);
    if (!stream.validate()) {
      if (problems.size() == before)
        problems.push_back({1, "is not YAML"});
      problems.resize(before + 1); // what follows the first is a consequence
      return std::nullopt;
    }
  }
  llvm::SourceMgr sources;
  sources.setDiagHandler(collect, &problems);
  llvm::yaml::Stream stream(copy, sources, /*ShowColors=*/false);
  std::optional<DocumentNode> result;
  for (llvm::yaml::Document &document : stream) {
    llvm::yaml::Node *root = document.getRoot();
    if (result) {
      problems.push_back({root && root->getSourceRange().Start.isValid()
                              ? sources.getLineAndColumn(root->getSourceRange().Start).first
                              : 1,
                          "a second document; expected one"});
      break;
    }
    result = Reader(sources, problems).read(root, 0);
    if (problems.size() != before)
      break;
  }
  if (problems.size() != before)
    return std::nullopt;
  return result ? result : DocumentNode();
}

} // namespace quern
