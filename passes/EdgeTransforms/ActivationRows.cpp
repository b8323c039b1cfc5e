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

SmallVector<double> ActivationRows::largestMagnitudes() const {
  SmallVector<double> largest(width, 0);
  for (size_t i = 0; i < values.size(); ++i)
    largest[i % width] = std::max(largest[i % width], std::abs(double(values[i])));
  return largest;
}

ActivationRows ActivationRows::mapped(const ChannelMap &map) const {
  ActivationRows result{count, width, values};
  SmallVector<float> scale(map.scale.begin(), map.scale.end()), shift(map.shift.begin(), map.shift.end());
  for (size_t i = 0; i < values.size(); ++i)
    result.values[i] = (values[i] - shift[i % width]) / scale[i % width];
  return result;
}

TensorStatistics ActivationRows::statistics() const {
  TensorStatistics statistics;
  statistics.add(values);
  return statistics;
}

std::optional<ActivationRows> readRows(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  auto elements = dyn_cast_or_null<ElementsAttr>(readEntry(value, kRowsAttrName, kRowsAttrName));
  std::optional<onnx::ConstantView> view = elements ? onnx::ConstantView::of(elements) : std::nullopt;
  if (!view || !type || type.getRank() == 0 || !view->getElementType().isF32() ||
      view->getShape().size() != 2 || view->getShape()[0] == 0 ||
      view->getShape()[1] != type.getShape().back())
    return std::nullopt;
  ActivationRows rows{view->getShape()[0], view->getShape()[1], {}};
  rows.values.reserve(view->size());
  for (int64_t i = 0; i < view->size(); ++i)
    rows.values.push_back(float(view->real(i)));
  return rows;
}

void writeRows(Value value, const ActivationRows &rows) {
  auto type = RankedTensorType::get({rows.count, rows.width}, Float32Type::get(value.getContext()));
  writeEntry(value, kRowsAttrName, kRowsAttrName,
             onnx::makeConstant(type, ArrayRef<char>(reinterpret_cast<const char *>(rows.values.data()),
                                                     rows.values.size() * sizeof(float))));
}

void dropRows(func::FuncOp function) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    function.removeArgAttr(i, kRowsAttrName);
  function.walk([](Operation *op) { op->removeDiscardableAttr(kRowsAttrName); });
}

} // namespace quern
