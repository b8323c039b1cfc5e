// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/CrossLayerEqualization/CrossLayerEqualization.h"

#include "dialects/ONNX/IR/Constants.h"
#include "passes/EdgeTransforms/FoldPlan.h"
#include "passes/EdgeTransforms/Method.h"

#include <cmath>

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_CROSSLAYEREQUALIZATION
#include "passes/CrossLayerEqualization/CrossLayerEqualization.h.inc"

/// Nothing unless the plan ends in the rows of one weight. A vector, as a normalization's, is no weight.
static std::optional<SmallVector<double>> largestRows(const FoldPlan &plan, int64_t channels) {
  std::optional<SmallVector<double>> largest;
  for (const FoldPlan::Constant &constant : plan.constants) {
    std::optional<onnx::ConstantView> view =
        onnx::ConstantView::of(constant.op->getOperand(constant.operand));
    if (!view || view->getShape().size() < 2 || constant.change != onnx::ChannelChange::Divide)
      continue;
    std::optional<int64_t> axis = constant.labels.onlyAxis();
    if (largest || !axis || constant.labels.shape.size() != view->getShape().size() ||
        view->getShape()[*axis] != static_cast<int64_t>(constant.labels.channel.size()))
      return std::nullopt;
    largest.emplace(channels, 0);
    int64_t inner = ShapedType::getNumElements(view->getShape().drop_front(*axis + 1));
    for (int64_t i = 0; i < view->size(); ++i) {
      double &row = (*largest)[constant.labels.channel[i / inner % constant.labels.channel.size()]];
      row = std::max(row, std::abs(view->real(i)));
    }
  }
  return largest;
}

namespace {
struct CrossLayerEqualization : impl::CrossLayerEqualizationBase<CrossLayerEqualization> {
  void runOnOperation() override {
    for (const Edge &edge : listEdges(getOperation(), /*shifted=*/false))
      if (!edge.findProvenance())
        equalize(edge);
  }

  void equalize(const Edge &edge) {
    std::optional<FoldPlan> plan = planEdge(edge, /*shifted=*/false);
    std::optional<SmallVector<double>> rows = plan ? largestRows(*plan, edge.channels) : std::nullopt;
    if (!rows)
      return;
    if (!edge.ties.empty())
      return; // a row has many columns
    SmallVector<double> columns = largestWeights(edge);
    ChannelMap map = ChannelMap::identity(edge.channels);
    for (int64_t c = 0; c < edge.channels; ++c)
      if ((*rows)[c] > 0 && columns[c] > 0)
        map.scale[c] = std::sqrt((*rows)[c] / columns[c]);
    if (!map.isIdentity())
      insertEdgeTransform(edge, map, kCrossLayerEqualization);
  }
};
} // namespace

} // namespace quern
