// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/SchemeSelection/SchemeSelection.h"

#include "dialects/ONNX/IR/ONNXNames.h"
#include "passes/EdgeTransforms/Method.h"
#include "passes/SchemeSelection/Alternatives.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_SCHEMESELECTION
#include "passes/SchemeSelection/SchemeSelection.h.inc"

namespace {
struct SchemeSelection : impl::SchemeSelectionBase<SchemeSelection> {
  void runOnOperation() override {
    chosen = {};
    // Where a shift is not possible, a scale may be.
    llvm::DenseSet<Value> seen;
    for (bool shifted : {true, false})
      for (const Edge &edge : listEdges(getOperation(), shifted)) {
        bool scales = !hasScaleOwner(edge) && canFold(edge, shifted);
        bool isOpen = !edge.hasOtherUses && !hasMethod(edge, kSchemeSelection) && !seen.contains(edge.value);
        if (isOpen && (scales || !shifted))
          choose(edge, listAlternatives(edge, scales, scales && shifted));
        if (isOpen && scales)
          seen.insert(edge.value);
      }
    tell();
  }

private:
  /// What the edge can have: symmetric codes only, if the recipe asks for them.
  static SmallVector<Alternative> listAlternatives(const Edge &edge, bool scales, bool shifts) {
    QuantizerAttr activations = plannedPrecision(edge).getActivations();
    bool asymmetric = activations && activations.getScheme() == Scheme::Asymmetric;
    SmallVector<Alternative> list{Alternative::LayerSymmetric};
    if (asymmetric)
      list.push_back(Alternative::LayerAsymmetric);
    if (scales)
      list.push_back(Alternative::ChannelSymmetric);
    if (asymmetric && shifts)
      list.push_back(Alternative::ChannelAsymmetric);
    return list;
  }

  void choose(const Edge &edge, ArrayRef<Alternative> alternatives) {
    PrecisionAttr precision = plannedPrecision(edge);
    QuantizerAttr activations = precision.getActivations();
    std::vector<RealRange> ranges = listRanges(edge);
    if (!activations || precision.hasDynamicRows() || ranges.empty())
      return;
    std::optional<OutputError> error = measuredError(edge, precision);
    if (!error)
      return;
    RealRange range = ranges.front();
    for (RealRange own : ranges)
      range = range.unite(own);
    CodeRange codes = chooseExact(activations, 0, 1).codes;
    if (int64_t wanted = wantedZeroPoint(range, codes); wanted < codes.lowest || wanted > codes.highest)
      edge.consumers.front().use->getOwner()->emitRemark()
          << "reads values from " << range.min << " to " << range.max
          << ", whose codes would want zero point " << wanted << ", beyond " << codes.lowest << " to "
          << codes.highest << ": with one scale they are widened to hold 0";
    CodedSearch search(edge, *error, activations);
    Alternative best = alternatives.front();
    for (Alternative alternative : alternatives) {
      double least = search.leastError();
      if (considerAlternative(alternative, range, ranges, codes, search) < least)
        best = alternative;
    }
    if (search.get() && insertCodedMap(edge, *search.get(), activations, kSchemeSelection))
      ++chosen[size_t(best)];
  }

  void tell() {
    std::string text;
    for (auto [count, name] : llvm::zip_equal(chosen, alternativeNames))
      if (count > 0)
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + name;
    if (!text.empty())
      emitRemark(UnknownLoc::get(&getContext())) << "q-hyvit: codes of edges: " << text;
  }

  std::array<size_t, alternativeNames.size()> chosen;
};
} // namespace

} // namespace quern
