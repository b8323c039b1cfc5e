// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Measurement.h"

#include "lib/Pipelines/ObservedModel.h"

namespace quern {

static void addToErrors(NodeErrors &errors, const Evaluation &numbers, llvm::ArrayRef<NpyArray> arrays) {
  llvm::ArrayRef<float> exact = floatsOf(arrays[numbers.exact]), actual = floatsOf(arrays[numbers.actual]);
  llvm::ArrayRef<float> inherited = floatsOf(arrays[numbers.inherited]);
  errors.total.add(actual, exact, exact);
  errors.inherited.add(inherited, exact, exact);
  errors.added.add(actual, inherited, exact);
  if (numbers.inherited != numbers.actual)
    errors.parts.add(inherited, floatsOf(arrays[numbers.clipped]), floatsOf(arrays[numbers.rounded]), actual,
                     exact);
}

llvm::Expected<Measurement> measureErrors(ComparedModel &model, llvm::ArrayRef<Sample> samples,
                                          ProgressListener *listener) {
  Measurement measured;
  measured.nodes.resize(model.getNodes().size());
  measured.outputs.resize(model.getExactOutputs().size());
  for (const ComparedEdge &edge : model.getEdges())
    measured.edges.emplace_back().quantizer = edge.quantizer;
  Progress progress("report", int64_t(samples.size()), listener);
  for (const Sample &sample : samples) {
    llvm::Expected<std::vector<NpyArray>> arrays = model.run(sample);
    if (!arrays)
      return arrays.takeError();
    for (auto [node, errors] : llvm::zip_equal(model.getNodes(), measured.nodes))
      for (const Evaluation &result : node.results)
        addToErrors(errors, result, *arrays);
    for (auto [edge, statistics] : llvm::zip_equal(model.getEdges(), measured.edges))
      statistics.add(floatsOf((*arrays)[edge.actual]), floatsOf((*arrays)[edge.exact]),
                     (*arrays)[edge.actual].shape);
    for (auto [exact, actual, errors] :
         llvm::zip_equal(model.getExactOutputs(), model.getHubOutputs(), measured.outputs))
      if ((*arrays)[exact].type == ElementType::Float32)
        errors.add(floatsOf((*arrays)[actual]), floatsOf((*arrays)[exact]), floatsOf((*arrays)[exact]));
    ++measured.samples;
    if (llvm::Error stop = progress.advance())
      return std::move(stop);
  }
  return measured;
}

} // namespace quern
