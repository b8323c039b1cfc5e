// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Export/Quantization.h"

#include "lib/Frontend/ONNX/Export/Tensors.h"
#include "lib/Frontend/ONNX/Export/Types.h"

#include "dialects/Quern/IR/QuernStorage.h"

using namespace mlir;

namespace quern {

namespace {
/// Scales and zero points in row-major order of `shape`.
struct Grid {
  SmallVector<int64_t> shape;
  SmallVector<float> scales;
  SmallVector<int64_t> zeroPoints;
};
} // namespace

static FailureOr<LinearParameters> stateParameters(const Grid &grid, quant::QuantizedType type) {
  LinearParameters parameters;
  parameters.scale = floatTensor(grid.scales, grid.shape);
  int number = elementTypeNumber(type);
  bool isSymmetric = llvm::all_of(grid.zeroPoints, [](int64_t zero) { return zero == 0; });
  if (number == 0 || (number == proto::TensorProto::INT32 && !isSymmetric))
    return failure();
  if (number == proto::TensorProto::INT32)
    return parameters;
  parameters.zeroPoint = integerTensor(grid.zeroPoints, grid.shape, number);
  return parameters;
}

/// The size of the blocks along each axis; an axis that the type does not name is one block.
static SmallVector<int64_t> blockSizes(quant::UniformQuantizedSubChannelType type, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> sizes(shape);
  for (auto [axis, size] : type.getBlockSizeInfo())
    sizes[axis] = size;
  return sizes;
}

/// Groups along the rows of a matrix, of which the last may be shorter.
static FailureOr<LinearParameters> groupParameters(const ColumnGroups &groups, int64_t columns,
                                                   quant::QuantizedType type) {
  int64_t count = groups.scales.size();
  FailureOr<LinearParameters> parameters =
      stateParameters({{count / columns, columns}, groups.scales, groups.zeroPoints}, type);
  if (succeeded(parameters)) {
    parameters->axis = 0;
    parameters->blockSize = groups.groupSize;
  }
  return parameters;
}

/// ONNX has blocks along one axis and a scale for each index of the others, so scales that several indices of
/// another axis share are repeated.
static FailureOr<LinearParameters> blockParameters(quant::UniformQuantizedSubChannelType type,
                                                   RankedTensorType tensor) {
  if (!tensor || !tensor.hasStaticShape() || tensor.getRank() == 0)
    return failure();
  ArrayRef<int64_t> shape = tensor.getShape();
  if (auto groups = columnGroups(type, shape))
    return groupParameters(*groups, shape[1], type);
  SmallVector<int64_t> sizes = blockSizes(type, shape);
  int64_t axis = std::max_element(sizes.begin(), sizes.end()) - sizes.begin();
  SmallVector<float> scales = blockScales(type);
  SmallVector<int64_t> zeroPoints = blockZeroPoints(type);

  Grid grid;
  grid.shape.assign(shape.begin(), shape.end());
  grid.shape[axis] = shape[axis] / sizes[axis];
  int64_t count = ShapedType::getNumElements(grid.shape);
  for (int64_t linear = 0; linear < count; ++linear) {
    int64_t rest = linear, source = 0, stride = 1;
    for (int64_t dim = tensor.getRank() - 1; dim >= 0; --dim) {
      int64_t index = rest % grid.shape[dim];
      rest /= grid.shape[dim];
      source += stride * (dim == axis ? index : index / sizes[dim]);
      stride *= shape[dim] / sizes[dim];
    }
    grid.scales.push_back(scales[source]);
    grid.zeroPoints.push_back(zeroPoints[source]);
  }
  FailureOr<LinearParameters> parameters = stateParameters(grid, type);
  if (succeeded(parameters)) {
    parameters->axis = axis;
    parameters->blockSize = sizes[axis];
  }
  return parameters;
}

FailureOr<LinearParameters> linearParameters(quant::QuantizedType type, RankedTensorType tensor) {
  if (auto blocks = dyn_cast<quant::UniformQuantizedSubChannelType>(type))
    return blockParameters(blocks, tensor);
  std::optional<UniformParameters> uniform = uniformParameters(type);
  if (!uniform)
    return failure();
  Grid grid;
  if (uniform->axis)
    grid.shape.push_back(static_cast<int64_t>(uniform->scales.size()));
  grid.scales = std::move(uniform->scales);
  grid.zeroPoints = std::move(uniform->zeroPoints);
  FailureOr<LinearParameters> parameters = stateParameters(grid, type);
  if (succeeded(parameters))
    parameters->axis = uniform->axis;
  return parameters;
}

std::optional<std::pair<float, float>> narrowRange(quant::QuantizedType type) {
  auto uniform = dyn_cast<quant::UniformQuantizedType>(type);
  if (!uniform)
    return std::nullopt;
  unsigned width = llvm::PowerOf2Ceil(storageTypeOf(type).getWidth());
  IntegerRange whole = integerRange(IntegerType::get(
      type.getContext(), width, type.isSigned() ? IntegerType::Signless : IntegerType::Unsigned));
  if (type.getStorageTypeMin() <= whole.minimum && type.getStorageTypeMax() >= whole.maximum)
    return std::nullopt;
  auto real = [&](int64_t code) {
    return static_cast<float>(code - uniform.getZeroPoint()) * static_cast<float>(uniform.getScale());
  };
  return std::pair(real(type.getStorageTypeMin()), real(type.getStorageTypeMax()));
}

} // namespace quern
