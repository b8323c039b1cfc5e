// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Advice.h"
#include "lib/Report/FormatErrors.h"
#include "lib/Report/FormatValues.h"
#include "lib/Report/Report.h"

namespace quern {

/// Nodes of the page's head.
static constexpr size_t kAdvisedNodes = 3;

static std::string describeActivations(const ComparedNode &node, const Report &report) {
  std::string text;
  for (auto [operand, number] : node.edges) {
    const ComparedEdge &edge = report.edges[number];
    std::string format = edge.isDynamic ? "u8 per row" : "codes per channel";
    if (edge.quantizer)
      format = edge.quantizer->codes.lowest < 0 ? "s8" : "u8";
    if (!llvm::StringRef(text).contains(format))
      text += (text.empty() ? "" : ", ") + format;
  }
  return text.empty() ? "f32" : text;
}

static std::string describeWeightFormat(const std::optional<WeightStatistics> &weight) {
  return weight ? (weight->isSigned ? "s" : "u") + std::to_string(weight->facts.bits) + " per " +
                      weight->granularity()
                : "";
}

static llvm::json::Value formatNode(const Report &report, size_t number,
                                    const std::map<std::string, size_t> &timeGroupOf) {
  const ComparedNode &node = report.nodes[number];
  const NodeErrors &errors = report.measured.nodes[number];
  const CauseShares &shares = report.shares[number];
  const std::optional<WeightStatistics> &weight = report.weights[number];
  llvm::json::Object object{{"name", llvm::json::fixUTF8(node.name)},
                            {"op", node.type},
                            {"quantized", node.isQuantized},
                            {"activations", describeActivations(node, report)},
                            {"weights", describeWeightFormat(weight)},
                            {"total", formatError(errors.total)},
                            {"inherited", formatError(errors.inherited)},
                            {"added", formatError(errors.added)},
                            {"cause", nameOf(report.causes[number])}};
  object["shares"] = llvm::json::Object{{"clipping", shares.clipping},
                                        {"saturation", shares.saturation},
                                        {"rounding", shares.rounding},
                                        {"weights", shares.weights}};
  llvm::json::Array edges;
  for (auto [operand, edge] : node.edges)
    edges.push_back(int64_t(edge));
  object["edges"] = std::move(edges);
  if (weight)
    object["weight"] = formatWeight(*weight);
  if (auto found = timeGroupOf.find(node.name); found != timeGroupOf.end())
    object["time_group"] = int64_t(found->second);
  return object;
}

static llvm::json::Value formatTimes(const Report &report) {
  if (!report.times)
    return llvm::json::Object{{"missing", report.timeMissing}};
  llvm::json::Array groups;
  for (const TimeGroup &group : report.timeGroups) {
    llvm::json::Array nodes;
    for (const std::string &name : group.nodes)
      nodes.push_back(llvm::json::fixUTF8(name));
    groups.push_back(
        llvm::json::Object{{"nodes", std::move(nodes)}, {"us", group.quantized}, {"float_us", group.exact}});
  }
  return llvm::json::Object{{"us", report.times->medianMicroseconds},
                            {"float_us", report.floatTimes->medianMicroseconds},
                            {"runs", report.times->runs},
                            {"float_runs", report.floatTimes->runs},
                            {"threads", 1},
                            {"groups", std::move(groups)}};
}

static llvm::json::Value formatOutputs(const Report &report) {
  llvm::json::Array outputs;
  for (auto [number, name] : llvm::enumerate(report.subject.outputs)) {
    const ErrorPower &simulated = report.measured.outputs[number];
    llvm::json::Object output{{"name", llvm::json::fixUTF8(name)}};
    if (simulated.count + simulated.notFinite > 0)
      output["simulated"] = formatError(simulated);
    if (number < report.executed.size() && output.get("simulated"))
      output["executed"] = formatError(report.executed[number]);
    outputs.push_back(std::move(output));
  }
  return outputs;
}

/// Microseconds that a node would take more if its group were float; a group's nodes go together.
static std::optional<double> timeOfLeavingFloat(const Report &report, const ComparedNode &node) {
  for (const TimeGroup &group : report.timeGroups)
    if (llvm::is_contained(group.nodes, node.name))
      return group.exact - group.quantized;
  return std::nullopt;
}

static llvm::json::Value formatChanges(const Report &report) {
  llvm::json::Array changes;
  for (auto [change, tried] : llvm::zip_equal(report.changes, report.tried.changes)) {
    const ComparedNode &node = report.nodes[change.node];
    llvm::json::Object object{{"node", int64_t(change.node)},
                              {"change", describe(change, node)},
                              {"how", llvm::json::fixUTF8(howTo(change, node))},
                              {"added", formatError(tried.added)},
                              {"outputs", formatError(tried.outputs)}};
    if (change.bytes)
      object["bytes"] = *change.bytes;
    if (change.kind == ChangeKind::Float)
      if (std::optional<double> time = timeOfLeavingFloat(report, node))
        object["us"] = *time;
    changes.push_back(std::move(object));
  }
  llvm::json::Array present;
  for (const auto &[node, tried] : report.tried.present)
    present.push_back(llvm::json::Object{{"node", int64_t(node)},
                                         {"added", formatError(tried.added)},
                                         {"outputs", formatError(tried.outputs)}});
  return llvm::json::Object{{"outputs", formatError(report.tried.whole)},
                            {"present", std::move(present)},
                            {"list", std::move(changes)}};
}

static llvm::json::Value formatAdvice(const Report &report) {
  llvm::json::Array list;
  for (const Advice &advice :
       chooseAdvice(report.changes, report.tried, report.tried.whole.relative(), kAdvisedNodes))
    list.push_back(llvm::json::Object{{"node", int64_t(advice.node)}, {"change", int64_t(advice.change)}});
  return list;
}

llvm::json::Value toJSON(const Report &report) {
  const ReportSubject &subject = report.subject;
  llvm::json::Object object{{"kind", "quern report"},
                            {"version", 1},
                            {"compiler", "quern " QUERN_VERSION},
                            {"model", llvm::json::fixUTF8(subject.model)},
                            {"model_hash", subject.modelHash},
                            {"precision", subject.precision},
                            {"recipe", subject.recipe},
                            {"target", subject.target}};
  object["samples"] = llvm::json::Object{{"count", report.measured.samples},
                                         {"from", llvm::json::fixUTF8(subject.data)},
                                         {"which", subject.choice}};
  object["outputs"] = formatOutputs(report);
  if (report.sizes)
    object["size"] = llvm::json::Object{{"weight_bytes", report.sizes->weights},
                                        {"float_weight_bytes", report.sizes->floatWeights},
                                        {"workspace_bytes", report.sizes->workspace},
                                        {"float_workspace_bytes", report.sizes->floatWorkspace}};
  object["time"] = formatTimes(report);
  std::map<std::string, size_t> timeGroupOf;
  for (auto [number, group] : llvm::enumerate(report.timeGroups))
    for (const std::string &name : group.nodes)
      timeGroupOf.emplace(name, number);
  llvm::json::Array nodes, edges;
  for (size_t node = 0; node < report.nodes.size(); ++node)
    nodes.push_back(formatNode(report, node, timeGroupOf));
  for (auto [edge, statistics] : llvm::zip_equal(report.edges, report.measured.edges))
    edges.push_back(formatEdge(edge, statistics));
  object["nodes"] = std::move(nodes);
  object["edges"] = std::move(edges);
  object["changes"] = formatChanges(report);
  object["advice"] = formatAdvice(report);
  object["residue"] = report.residue;
  object["assignment"] = report.assignment;
  return object;
}

} // namespace quern
