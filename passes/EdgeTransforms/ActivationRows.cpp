// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/ActivationRows.h"

#include "dialects/ONNX/IR/Constants.h"
#include "passes/EdgeTransforms/ValueEntries.h"

#include <cmath>

using namespace mlir;

namespace quern {

SmallVector<double> ActivationRows::meanMagnitudes() const {
  SmallVector<double> means(width, 0);
  for (size_t i = 0; i < values.size(); ++i)
    means[i % width] += std::abs(double(values[i]));
  for (double &mean : means)
    mean /= double(std::max<int64_t>(count, 1));
  return means;
}

std::vector<RealRange> ActivationRows::ranges() const {
  std::vector<RealRange> ranges(count > 0 ? width : 0);
  for (auto [channel, range] : llvm::enumerate(ranges))
    range = {values[channel], values[channel]};
  for (size_t i = 0; i < values.size(); ++i)
    ranges[i % width] = ranges[i % width].unite({values[i], values[i]});
  return ranges;
}

ActivationRows ActivationRows::everySecond(int64_t index) const {
  ActivationRows half{0, width, {}, {}};
  for (int64_t row = index; row < count; row += 2, ++half.count)
    half.values.insert(half.values.end(), values.begin() + row * width, values.begin() + (row + 1) * width);
  return half;
}

ActivationRows ActivationRows::mapped(const ChannelMap &map) const {
  ActivationRows result(*this);
  SmallVector<float> scale(map.scale.begin(), map.scale.end()), shift(map.shift.begin(), map.shift.end());
  for (size_t i = 0; i < values.size(); ++i)
    result.values[i] = (values[i] - shift[i % width]) / scale[i % width];
  for (std::vector<RealRange> &half : result.halves)
    for (auto [range, z, s] : llvm::zip(half, map.shift, map.scale))
      range = {(range.min - z) / s, (range.max - z) / s};
  return result;
}

TensorStatistics ActivationRows::statistics() const {
  TensorStatistics statistics;
  statistics.add(values);
  return statistics;
}

static void readHalves(Value value, ActivationRows &rows) {
  auto known = dyn_cast_or_null<ArrayAttr>(readEntry(value, kHalfRangesAttrName, kHalfRangesAttrName));
  if (!known || known.size() != rows.halves.size())
    return;
  for (auto [half, attribute] : llvm::zip_equal(rows.halves, known))
    if (auto ranges = dyn_cast<ChannelRangesAttr>(attribute);
        ranges && ranges.getMinima().size() == rows.width)
      for (auto [min, max] :
           llvm::zip_equal(ranges.getMinima().asArrayRef(), ranges.getMaxima().asArrayRef()))
        half.push_back({min, max});
  if (rows.halves[0].size() != rows.halves[1].size())
    rows.halves = {};
}

static Attribute makeHalves(Value value, const ActivationRows &rows) {
  MLIRContext *context = value.getContext();
  SmallVector<Attribute> halves;
  for (const std::vector<RealRange> &half : rows.halves) {
    SmallVector<float> minima, maxima;
    for (auto [min, max] : half) {
      minima.push_back(float(min));
      maxima.push_back(float(max));
    }
    int64_t axis = cast<RankedTensorType>(value.getType()).getRank() - 1;
    halves.push_back(ChannelRangesAttr::get(context, axis, DenseF32ArrayAttr::get(context, minima),
                                            DenseF32ArrayAttr::get(context, maxima)));
  }
  return ArrayAttr::get(context, halves);
}

std::optional<ActivationRows> readRows(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  auto elements = dyn_cast_or_null<ElementsAttr>(readEntry(value, kRowsAttrName, kRowsAttrName));
  std::optional<onnx::ConstantView> view = elements ? onnx::ConstantView::of(elements) : std::nullopt;
  if (!view || !type || type.getRank() == 0 || !view->getElementType().isF32() ||
      view->getShape().size() != 2 || view->getShape()[0] == 0 ||
      view->getShape()[1] != type.getShape().back())
    return std::nullopt;
  ActivationRows rows{view->getShape()[0], view->getShape()[1], {}, {}};
  rows.values.reserve(view->size());
  for (int64_t i = 0; i < view->size(); ++i)
    rows.values.push_back(float(view->real(i)));
  readHalves(value, rows);
  return rows;
}

void writeRows(Value value, const ActivationRows &rows) {
  auto type = RankedTensorType::get({rows.count, rows.width}, Float32Type::get(value.getContext()));
  writeEntry(value, kRowsAttrName, kRowsAttrName,
             onnx::makeConstant(type, ArrayRef<char>(reinterpret_cast<const char *>(rows.values.data()),
                                                     rows.values.size() * sizeof(float))));
  if (!rows.halves[0].empty())
    writeEntry(value, kHalfRangesAttrName, kHalfRangesAttrName, makeHalves(value, rows));
}

void forgetRows(Value value) {
  for (StringRef name : {kRowsAttrName, kHalfRangesAttrName})
    if (readEntry(value, name, name))
      writeEntry(value, name, name, UnitAttr::get(value.getContext()));
}

void dropRows(func::FuncOp function) {
  for (StringRef name : {kRowsAttrName, kHalfRangesAttrName}) {
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      function.removeArgAttr(i, name);
    function.walk([&](Operation *op) { op->removeDiscardableAttr(name); });
  }
}

} // namespace quern
