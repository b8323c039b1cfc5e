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

namespace {
/// Rows of several versions of an activation, gathered until there are enough to be worth a visit.
class RowBatch {
public:
  using Visit = llvm::function_ref<void(ArrayRef<std::span<const float>>)>;

  RowBatch(size_t versions, int64_t size, Visit visit)
      : size(size), visit(visit), rows(versions, std::vector<float>(kRows * size)) {}
  ~RowBatch() { flush(); }

  /// Where the next row of a version goes.
  float *next(size_t version) { return rows[version].data() + filled * size; }
  /// Keeps what was written there, unless an element takes no part.
  void keep() {
    for (size_t version = 0; version < rows.size(); ++version)
      if (llvm::any_of(std::span(next(version), size), takesNoPart))
        return;
    if (++filled == kRows)
      flush();
  }

private:
  static constexpr int64_t kRows = 64;

  void flush() {
    SmallVector<std::span<const float>> full;
    for (const std::vector<float> &version : rows)
      full.push_back(std::span(version).first(filled * size));
    if (filled > 0)
      visit(full);
    filled = 0;
  }

  int64_t size, filled = 0;
  Visit visit;
  std::vector<std::vector<float>> rows; ///< of each version
};
} // namespace

void MomentRows::visit(ArrayRef<std::span<const float>> activations,
                       llvm::function_ref<void(ArrayRef<std::span<const float>>)> visit) const {
  if (window)
    return visitWindows(activations, visit);
  if (llvm::none_of(activations, [](auto values) { return llvm::any_of(values, takesNoPart); }))
    return visit(activations);
  RowBatch batch(activations.size(), size, visit);
  for (size_t first = 0; first + size <= activations.front().size(); first += size) {
    for (auto [version, values] : llvm::enumerate(activations))
      llvm::copy(values.subspan(first, size), batch.next(version));
    batch.keep();
  }
}

void MomentRows::copyWindow(std::span<const float> image, ArrayRef<int64_t> position, float *row) const {
  int64_t plane = ShapedType::getNumElements(input), taps = size / channels, tap = 0;
  forEachIndex(window->kernel, [&](ArrayRef<int64_t> k) {
    int64_t offset = 0;
    bool isInside = true;
    for (auto [axis, extent] : llvm::enumerate(input)) {
      int64_t at =
          position[axis] * window->strides[axis] + k[axis] * window->dilations[axis] - window->pads[axis];
      isInside &= at >= 0 && at < extent;
      offset = offset * extent + at;
    }
    for (int64_t channel = 0; channel < channels; ++channel)
      row[channel * taps + tap] = isInside ? image[channel * plane + offset] : 0.0f;
    ++tap;
  });
}

void MomentRows::visitWindows(ArrayRef<std::span<const float>> images,
                              llvm::function_ref<void(ArrayRef<std::span<const float>>)> visit) const {
  int64_t stride = channels * ShapedType::getNumElements(input);
  RowBatch batch(images.size(), size, visit);
  for (size_t first = 0; first + stride <= images.front().size(); first += stride)
    forEachIndex(output, [&](ArrayRef<int64_t> position) {
      for (auto [version, values] : llvm::enumerate(images))
        copyWindow(values.subspan(first, stride), position, batch.next(version));
      batch.keep();
    });
}

} // namespace quern
