// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/MomentRows.h"

#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "lib/Calibration/Padding.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace quern {

static constexpr int64_t kLargestWindow = 2304; // 3 x 3 over 256 channels

/// Calls `visit` with each index below `extents`, the last running fastest.
static void forEachIndex(ArrayRef<int64_t> extents, llvm::function_ref<void(ArrayRef<int64_t>)> visit) {
  SmallVector<int64_t> index(extents.size(), 0);
  for (int64_t count = ShapedType::getNumElements(extents); count > 0; --count) {
    visit(index);
    for (int64_t axis = int64_t(extents.size()); axis-- > 0 && ++index[axis] == extents[axis];)
      index[axis] = 0;
  }
}

std::optional<MomentRows> MomentRows::of(Operation *op) {
  auto activation = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto weight = op->getNumOperands() > 1 ? dyn_cast<RankedTensorType>(op->getOperand(1).getType()) : nullptr;
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!activation || !weight || !result || !activation.hasStaticShape() || !weight.hasStaticShape() ||
      !result.hasStaticShape())
    return std::nullopt;
  MomentRows rows;
  auto gemm = dyn_cast<onnx::GemmOp>(op);
  if (isa<onnx::MatMulOp>(op) || (gemm && gemm.getTransA() == 0)) {
    auto quantizable = cast<onnx::QuantizableOpInterface>(op);
    if (weight.getRank() != 2 || activation.getRank() == 0 || quantizable.getWeightOperand() != 1u)
      return std::nullopt;
    rows.size = activation.getShape().back();
    return rows;
  }
  auto conv = dyn_cast<onnx::ConvOp>(op);
  if (!conv || conv.getGroup() != 1)
    return std::nullopt;
  rows.channels = activation.getDimSize(1);
  rows.input.assign(activation.getShape().drop_front(2));
  rows.output.assign(result.getShape().drop_front(2));
  ArrayRef<int64_t> kernel = weight.getShape().drop_front(2);
  rows.size = rows.channels * ShapedType::getNumElements(kernel);
  FailureOr<onnx::Window> window = onnx::Window::of(op, rows.input, kernel);
  if (failed(window) || rows.size > kLargestWindow)
    return std::nullopt;
  rows.window = std::move(*window);
  return rows;
}

std::string MomentRows::getKey() const {
  if (!window)
    return {};
  std::string key;
  for (const auto &numbers : {window->kernel, window->strides, window->dilations, window->pads})
    key += llvm::join(llvm::map_range(numbers, [](int64_t number) { return std::to_string(number); }), ",") +
           ";";
  return key;
}

void MomentRows::addTo(SecondMoment &moment, std::span<const float> activation) const {
  if (window)
    return addWindows(moment, activation);
  if (llvm::none_of(activation, takesNoPart))
    return moment.add(activation);
  std::vector<float> kept;
  for (size_t first = 0; first + size <= activation.size(); first += size)
    if (std::span row = activation.subspan(first, size); llvm::none_of(row, takesNoPart))
      kept.insert(kept.end(), row.begin(), row.end());
  moment.add(kept);
}

void MomentRows::addWindows(SecondMoment &moment, std::span<const float> image) const {
  int64_t plane = ShapedType::getNumElements(input), rank = int64_t(input.size());
  constexpr int64_t kBatch = 32;
  std::vector<float> batch(kBatch * size);
  int64_t filled = 0;
  auto flush = [&] {
    moment.add(std::span(batch).first(filled * size));
    filled = 0;
  };
  for (size_t first = 0; first + channels * plane <= image.size(); first += channels * plane)
    forEachIndex(output, [&](ArrayRef<int64_t> position) {
      int64_t tap = 0, taps = size / channels;
      float *row = batch.data() + filled * size;
      forEachIndex(window->kernel, [&](ArrayRef<int64_t> k) {
        int64_t offset = 0;
        bool isInside = true;
        for (int64_t axis = 0; axis < rank; ++axis) {
          int64_t at =
              position[axis] * window->strides[axis] + k[axis] * window->dilations[axis] - window->pads[axis];
          isInside &= at >= 0 && at < input[axis];
          offset = offset * input[axis] + at;
        }
        for (int64_t channel = 0; channel < channels; ++channel)
          row[channel * taps + tap] = isInside ? image[first + channel * plane + offset] : 0.0f;
        ++tap;
      });
      filled += llvm::none_of(std::span(row, size), takesNoPart);
      if (filled == kBatch)
        flush();
    });
  flush();
}

} // namespace quern
