// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Report.h"

#include <numeric>

using namespace mlir;

namespace quern {

/// Nodes at which changes are tried, and samples on which they are: each change takes one run of the model on
/// each.
static constexpr size_t kTriedNodes = 16, kTriedSamples = 4;

static std::vector<const EdgeStatistics *> edgesOf(const ComparedNode &node, const Measurement &measured) {
  std::vector<const EdgeStatistics *> edges;
  for (auto [operand, edge] : node.edges)
    edges.push_back(&measured.edges[edge]);
  return edges;
}

/// The quantized nodes that add an error, by the error relative to the power of what they compute.
static std::vector<size_t> rankNodes(const Report &report) {
  std::vector<size_t> order;
  for (size_t node = 0; node < report.nodes.size(); ++node)
    if (report.causes[node] != Cause::None)
      order.push_back(node);
  llvm::sort(order, [&](size_t a, size_t b) {
    double ofA = report.measured.nodes[a].added.relative(), ofB = report.measured.nodes[b].added.relative();
    return ofA != ofB ? ofA > ofB : a < b;
  });
  return order;
}

llvm::Error explainErrors(Report &report, ModuleOp floatModule, ComparedModel &model,
                          ArrayRef<Sample> samples, const CompileInstrumented &compile,
                          ProgressListener *listener) {
  report.nodes = model.getNodes();
  report.edges = model.getEdges();
  for (auto [node, errors] : llvm::zip_equal(report.nodes, report.measured.nodes)) {
    std::vector<const EdgeStatistics *> edges = edgesOf(node, report.measured);
    std::optional<WeightStatistics> weight = node.isQuantized ? describeWeight(node) : std::nullopt;
    report.shares.push_back(divideShares(errors.parts, edges));
    report.causes.push_back(
        findCause(report.shares.back(), edges, weight ? std::optional(weight->facts) : std::nullopt));
    report.weights.push_back(std::move(weight));
  }
  std::vector<size_t> worst = rankNodes(report);
  if (worst.size() > kTriedNodes)
    worst.resize(kTriedNodes);
  for (size_t node : worst)
    llvm::append_range(report.changes, proposeChanges(model, report.measured, node, report.causes[node],
                                                      report.weights[node]));
  if (report.changes.empty())
    return llvm::Error::success();
  auto tried =
      tryChanges(floatModule, model, report.changes, samples.take_front(kTriedSamples), compile, listener);
  if (!tried)
    return tried.takeError();
  report.tried = std::move(*tried);
  return llvm::Error::success();
}

} // namespace quern
