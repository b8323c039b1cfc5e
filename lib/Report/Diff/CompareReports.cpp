// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Diff/Comparison.h"
#include "lib/Support/Files.h"
#include "lib/Support/JSON.h"

#include "llvm/ADT/MapVector.h"

#include <map>

namespace quern {

static llvm::Expected<llvm::json::Object> readReport(llvm::StringRef path) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  llvm::Expected<llvm::json::Value> value = parseJSON((*buffer)->getBuffer());
  if (!value)
    return llvm::createStringError("'" + path +
                                   "' is no report of Quern: " + llvm::toString(value.takeError()));
  llvm::json::Object *object = value->getAsObject();
  if (!object || object->getString("kind") != "quern report")
    return llvm::createStringError("'" + path +
                                   "' is no report of Quern: expected a file of quernc --report");
  if (object->getInteger("version") != 1)
    return llvm::createStringError("'" + path +
                                   "' is a report of another version; this quernc reads version 1");
  return std::move(*object);
}

/// Objects of a list by their name; a name that is taken gets "#2", "#3", ...
static llvm::MapVector<std::string, const llvm::json::Object *, std::map<std::string, unsigned>>
byName(const llvm::json::Object &report, llvm::StringRef list) {
  llvm::MapVector<std::string, const llvm::json::Object *, std::map<std::string, unsigned>> found;
  if (const llvm::json::Array *array = report.getArray(list))
    for (const llvm::json::Value &value : *array)
      if (const llvm::json::Object *object = value.getAsObject()) {
        std::string base = object->getString("name").value_or("").str(), name = base;
        for (int copy = 2; found.count(name); ++copy)
          name = base + "#" + std::to_string(copy);
        found.insert({std::move(name), object});
      }
  return found;
}

static llvm::json::Value sqnrOf(const llvm::json::Object *node, llvm::StringRef error) {
  return node ? findMember(*node, {error, "sqnr"}) : llvm::json::Value(nullptr);
}

static ComparedTable compareNodes(const llvm::json::Object &a, const llvm::json::Object &b) {
  ComparedTable table{
      "Errors of nodes, dB", {"node", "adds a", "adds b", "total a", "total b", "cause a", "cause b"}, {}};
  auto ofA = byName(a, "nodes"), ofB = byName(b, "nodes");
  auto addRow = [&](const std::string &name, const llvm::json::Object *left,
                    const llvm::json::Object *right) {
    auto causeOf = [](const llvm::json::Object *node) {
      return node ? node->getString("cause").value_or("").str() : std::string("no such node");
    };
    auto adds = [&](const llvm::json::Object *node) { return sqnrOf(node, "added").getAsNumber(); };
    if (adds(left) || adds(right))
      table.rows.push_back({name, sqnrOf(left, "added"), sqnrOf(right, "added"), sqnrOf(left, "total"),
                            sqnrOf(right, "total"), causeOf(left), causeOf(right)});
  };
  for (const auto &[name, node] : ofA)
    addRow(name, node, ofB.lookup(name));
  for (const auto &[name, node] : ofB)
    if (!ofA.count(name))
      addRow(name, nullptr, node);
  return table;
}

static ComparedTable compareOutputs(const llvm::json::Object &a, const llvm::json::Object &b) {
  ComparedTable table{"Outputs against float, dB", {"output", "a", "b"}, {}};
  auto ofA = byName(a, "outputs"), ofB = byName(b, "outputs");
  for (const auto &[name, output] : ofA)
    table.rows.push_back({name, sqnrOf(output, "simulated"), sqnrOf(ofB.lookup(name), "simulated")});
  return table;
}

llvm::Expected<SideBySide> compareReports(llvm::StringRef a, llvm::StringRef b) {
  llvm::Expected<llvm::json::Object> ofA = readReport(a), ofB = readReport(b);
  if (!ofA || !ofB)
    return llvm::joinErrors(ofA.takeError(), ofB.takeError());
  SideBySide sides{a.str(), b.str(), {}, {}};
  sides.addMember("model", *ofA, *ofB, {"model"});
  sides.addMember("model hash", *ofA, *ofB, {"model_hash"});
  for (llvm::StringRef name : {"compiler", "target", "precision", "recipe"})
    sides.addMember(name, *ofA, *ofB, {name});
  sides.addMember("samples", *ofA, *ofB, {"samples", "count"});
  sides.addMember("weight bytes", *ofA, *ofB, {"size", "weight_bytes"});
  sides.addMember("workspace bytes", *ofA, *ofB, {"size", "workspace_bytes"});
  sides.addMember("microseconds of a run", *ofA, *ofB, {"time", "us"});
  sides.addCount("float operators", *ofA, *ofB, "residue");
  sides.tables.push_back(compareOutputs(*ofA, *ofB));
  sides.tables.push_back(compareNodes(*ofA, *ofB));
  return sides;
}

} // namespace quern
