// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Diff/CompareRuns.h"
#include "lib/Report/Diff/Comparison.h"
#include "lib/Runtime/Artefact.h"
#include "lib/Support/Files.h"
#include "lib/Support/JSON.h"

#include "llvm/ADT/MapVector.h"

namespace quern {

static llvm::Expected<llvm::json::Object> readManifestOf(llvm::StringRef path) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  std::string error;
  std::optional<std::string> manifest =
      readManifest({(*buffer)->getBufferStart(), (*buffer)->getBufferSize()}, error);
  if (!manifest)
    return llvm::createStringError("'" + path + "' is no artefact of Quern: " + error);
  llvm::Expected<llvm::json::Value> value = parseJSON(*manifest);
  if (!value)
    return llvm::createStringError("the manifest of '" + path +
                                   "' cannot be read: " + llvm::toString(value.takeError()));
  llvm::json::Object *object = value->getAsObject();
  return object ? llvm::Expected<llvm::json::Object>(std::move(*object))
                : llvm::createStringError("the manifest of '" + path + "' is no object");
}

/// The formats of each node whose arithmetic is on codes, as one text.
static llvm::MapVector<llvm::StringRef, std::string> readPrecisions(const llvm::json::Object &manifest) {
  llvm::MapVector<llvm::StringRef, std::string> precisions;
  if (const llvm::json::Array *nodes = manifest.getArray("quantized_nodes"))
    for (const llvm::json::Value &value : *nodes)
      if (const llvm::json::Object *node = value.getAsObject()) {
        std::string text = node->getString("activations").value_or("").str();
        if (llvm::StringRef first = node->getString("first_activation").value_or(""); !first.empty())
          text = (first + " and " + text).str();
        if (llvm::StringRef weights = node->getString("weights").value_or(""); !weights.empty())
          text += (text.empty() ? "" : ", ") + ("weights " + weights).str();
        precisions.insert({node->getString("node").value_or(""), std::move(text)});
      }
  return precisions;
}

static ComparedTable comparePrecisions(const llvm::json::Object &a, const llvm::json::Object &b) {
  ComparedTable table{"Nodes of different precision", {"node", "a", "b"}, {}};
  auto ofA = readPrecisions(a), ofB = readPrecisions(b);
  for (const auto &[node, precision] : ofA)
    if (std::string other = ofB.contains(node) ? ofB.lookup(node) : "float"; precision != other)
      table.rows.push_back({node.str(), precision, other});
  for (const auto &[node, precision] : ofB)
    if (!ofA.contains(node))
      table.rows.push_back({node.str(), "float", precision});
  return table;
}

static ComparedTable compareResidue(const llvm::json::Object &a, const llvm::json::Object &b) {
  ComparedTable table{"Operators left float in one of the two", {"node", "a", "b"}, {}};
  auto read = [](const llvm::json::Object &manifest) {
    llvm::SetVector<llvm::StringRef> names;
    if (const llvm::json::Array *nodes = manifest.getArray("float_nodes"))
      for (const llvm::json::Value &node : *nodes)
        names.insert(node.getAsString().value_or(""));
    return names;
  };
  auto ofA = read(a), ofB = read(b);
  for (llvm::StringRef node : ofA)
    if (!ofB.contains(node))
      table.rows.push_back({node.str(), "float", ""});
  for (llvm::StringRef node : ofB)
    if (!ofA.contains(node))
      table.rows.push_back({node.str(), "", "float"});
  return table;
}

llvm::Expected<SideBySide> compareArtefacts(llvm::StringRef a, llvm::StringRef b, llvm::StringRef inputs) {
  llvm::Expected<llvm::json::Object> ofA = readManifestOf(a), ofB = readManifestOf(b);
  if (!ofA || !ofB)
    return llvm::joinErrors(ofA.takeError(), ofB.takeError());
  SideBySide sides{a.str(), b.str(), {}, {}};
  sides.addMember("model hash", *ofA, *ofB, {"hashes", "model"});
  sides.addMember("calibration hash", *ofA, *ofB, {"hashes", "calibration"});
  for (llvm::StringRef name : {"compiler", "target", "cpu", "precision", "recipe"})
    sides.addMember(name, *ofA, *ofB, {name});
  sides.addMember("weight bytes", *ofA, *ofB, {"weight_bytes"});
  sides.addMember("workspace bytes", *ofA, *ofB, {"workspace_bytes"});
  sides.addCount("quantized nodes", *ofA, *ofB, "quantized_nodes");
  sides.addCount("float operators", *ofA, *ofB, "float_nodes");
  for (ComparedTable &table : std::vector{comparePrecisions(*ofA, *ofB), compareResidue(*ofA, *ofB)})
    if (!table.rows.empty())
      sides.tables.push_back(std::move(table));
  if (!inputs.empty())
    if (llvm::Error error = compareRuns(a, b, inputs, sides))
      return std::move(error);
  return sides;
}

} // namespace quern
