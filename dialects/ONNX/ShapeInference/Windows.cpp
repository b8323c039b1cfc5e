// Ops that slide a window over spatial dimensions: convolutions and pools.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/ShapeInference/Windows.h"

#include "dialects/ONNX/ShapeInference/Shapes.h"

using namespace mlir;

namespace quern::onnx {

/// Larger strides, pads, ... than any model has would let sizes overflow.
static constexpr int64_t maximumInWindow = int64_t(1) << 20;

/// C5: the attribute, or `fallback` in each of `count` places; all at least `minimum`.
static LogicalResult readList(Operation *op, StringRef name, size_t count, int64_t fallback, int64_t minimum,
                              SmallVector<int64_t> &list) {
  std::optional<ArrayRef<int64_t>> given = getIntegers(op, name);
  list = given ? llvm::to_vector(*given) : SmallVector<int64_t>(count, fallback);
  if (list.size() != count)
    return op->emitOpError() << "(C5) expected " << count << " numbers in '" << name << "', but got "
                             << list.size();
  for (int64_t number : list)
    if (number < minimum || number > maximumInWindow)
      return op->emitOpError() << "(C5) expected numbers from " << minimum << " to " << maximumInWindow
                               << " in '" << name << "', but got " << number;
  return success();
}

/// Windows cover ceil(input / stride) positions; what is missing is padded on both sides, an odd element last
/// (SAME_UPPER) or first (SAME_LOWER).
static void padToSame(Window &window, ArrayRef<int64_t> input, bool upper) {
  size_t rank = input.size();
  for (size_t i = 0; i < rank; ++i) {
    if (ShapedType::isDynamic(input[i]))
      continue;
    int64_t outputs = llvm::divideCeil(input[i], window.strides[i]);
    int64_t missing = std::max<int64_t>(0, (outputs - 1) * window.strides[i] + window.extent(i) - input[i]);
    window.pads[i] = upper ? missing / 2 : missing - missing / 2;
    window.pads[i + rank] = missing - window.pads[i];
  }
}

FailureOr<Window> Window::of(Operation *op, ArrayRef<int64_t> input, ArrayRef<int64_t> kernel) {
  size_t rank = input.size();
  Window window;
  window.kernel = llvm::to_vector(kernel);
  if (!llvm::all_of(input, infer::isSize) || !llvm::all_of(kernel, infer::isSize))
    return op->emitOpError() << "(C5) expected dimensions of at most " << infer::maximumSize;
  StringRef automatic = getString(op, "auto_pad");
  window.sameSize = automatic.starts_with("SAME");
  window.ceilMode = getInteger(op, "ceil_mode").value_or(0) != 0;
  if (failed(readList(op, "strides", rank, 1, 1, window.strides)) ||
      failed(readList(op, "dilations", rank, 1, 1, window.dilations)))
    return failure();
  if (automatic == "VALID" || window.sameSize)
    window.pads.assign(2 * rank, 0);
  else if (failed(readList(op, "pads", 2 * rank, 0, 0, window.pads)))
    return failure();
  if (window.sameSize)
    padToSame(window, input, automatic == "SAME_UPPER");
  return window;
}

int64_t Window::outputSize(unsigned axis, int64_t input) const {
  if (ShapedType::isDynamic(input) || ShapedType::isDynamic(kernel[axis]))
    return ShapedType::kDynamic;
  if (sameSize)
    return llvm::divideCeil(input, strides[axis]);
  int64_t padBegin = pads[axis], padEnd = pads[axis + kernel.size()];
  int64_t room = input + padBegin + padEnd - extent(axis);
  if (room < 0)
    return 0;
  if (!ceilMode)
    return room / strides[axis] + 1;
  int64_t outputs = llvm::divideCeil(room, strides[axis]) + 1;
  // A window that would start in the padding after the input has nothing to look at.
  return (outputs - 1) * strides[axis] >= input + padBegin ? outputs - 1 : outputs;
}

namespace infer {

/// C5: every output dimension that is known holds at least one window.
static FailureOr<Shape> slide(Operation *op, const Window &window, ArrayRef<int64_t> input) {
  Shape output;
  for (auto [axis, size] : llvm::enumerate(input)) {
    output.push_back(window.outputSize(axis, size));
    if (output.back() == 0)
      return op->emitOpError() << "(C5) the window of size " << window.extent(axis)
                               << " does not fit the padded input of size "
                               << size + window.pads[axis] + window.pads[axis + input.size()];
  }
  return output;
}

/// C6, C7 for `weight` [outputs, inputs / group, kernel...].
static LogicalResult checkChannels(Operation *op, RankedTensorType input, RankedTensorType weight,
                                   unsigned bias) {
  int64_t group = getInteger(op, "group").value_or(1), channels = input.getDimSize(1);
  int64_t outputs = weight.getDimSize(0), perGroup = weight.getDimSize(1);
  if (group < 1)
    return op->emitOpError() << "(C6) expected a positive 'group', but got " << group;
  if (channels != unknown && perGroup != unknown && channels != perGroup * group)
    return op->emitOpError() << "(C6) the input has " << channels << " channels, but the weight's "
                             << perGroup << " channels in " << group << " groups take " << perGroup * group;
  if (outputs != unknown && outputs % group != 0)
    return op->emitOpError() << "(C6) " << outputs << " output channels do not divide into " << group
                             << " groups";
  RankedTensorType biasType = ranked(op, bias);
  if (biasType && (biasType.getRank() != 1 || failed(merge(biasType.getDimSize(0), outputs))))
    return op->emitOpError() << "(C7) expected a bias of " << outputs << " elements, but got " << biasType;
  return success();
}

/// C5: an input [N, C, spatial...] and a weight of the same rank; `kernel_shape`, if given, is the weight's.
static LogicalResult checkKernel(Operation *op, RankedTensorType input, RankedTensorType weight) {
  if (input.getRank() < 3 || weight.getRank() != input.getRank())
    return op->emitOpError() << "(C5) expected input and weight of one rank of at least 3, but got " << input
                             << " and " << weight;
  std::optional<ArrayRef<int64_t>> given = getIntegers(op, "kernel_shape");
  if (given && failed(verifyCompatibleShape(*given, weight.getShape().drop_front(2))))
    return op->emitOpError() << "(C5) 'kernel_shape' contradicts the weight's shape " << weight;
  return success();
}

/// Operand numbers of the convolutions' inputs.
struct ConvolutionOperands {
  unsigned input, weight, bias;
};

static LogicalResult convolve(Operation *op, ConvolutionOperands operands, Type element, Types &types) {
  RankedTensorType input = ranked(op, operands.input), weight = ranked(op, operands.weight);
  if (!input || !weight) {
    addUnranked(types, element);
    return success();
  }
  if (failed(checkKernel(op, input, weight)) || failed(checkChannels(op, input, weight, operands.bias)))
    return failure();
  ArrayRef<int64_t> spatial = input.getShape().drop_front(2);
  FailureOr<Window> window = Window::of(op, spatial, weight.getShape().drop_front(2));
  FailureOr<Shape> output = failed(window) ? FailureOr<Shape>() : slide(op, *window, spatial);
  if (failed(output))
    return failure();
  Shape shape = {input.getDimSize(0), weight.getDimSize(0)};
  llvm::append_range(shape, *output);
  add(types, shape, element);
  return success();
}

LogicalResult convolution(Operation *op, Types &types) {
  return convolve(op, {0, 1, 2}, elementType(op, 0), types);
}

LogicalResult integerConvolution(Operation *op, Types &types) {
  return convolve(op, {0, 1, ~0u}, IntegerType::get(op->getContext(), 32), types);
}

LogicalResult quantizedConvolution(Operation *op, Types &types) {
  return convolve(op, {0, 3, 8}, elementType(op, 7), types);
}

/// Weight [inputs, outputs / group, kernel...]; output = stride * (input - 1) + output_padding + extent -
/// pads.
LogicalResult transposedConvolution(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0), weight = ranked(op, 1);
  if (!input || !weight) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  if (failed(checkKernel(op, input, weight)))
    return failure();
  int64_t group = getInteger(op, "group").value_or(1);
  if (group < 1 || failed(merge(input.getDimSize(1), weight.getDimSize(0))) ||
      (weight.getDimSize(0) != unknown && weight.getDimSize(0) % group != 0))
    return op->emitOpError() << "(C6) an input " << input << " and a weight " << weight << " do not fit in "
                             << group << " groups";
  size_t rank = input.getRank() - 2;
  ArrayRef<int64_t> spatial = input.getShape().drop_front(2);
  FailureOr<Window> window = Window::of(op, spatial, weight.getShape().drop_front(2));
  SmallVector<int64_t> outputPadding;
  if (failed(window) || failed(readList(op, "output_padding", rank, 0, 0, outputPadding)))
    return failure();
  int64_t perGroup = weight.getDimSize(1);
  Shape shape = {input.getDimSize(0), perGroup == unknown ? unknown : perGroup * group};
  std::optional<ArrayRef<int64_t>> outputShape = getIntegers(op, "output_shape");
  for (size_t i = 0; i < rank; ++i) {
    if (outputShape && outputShape->size() == rank)
      shape.push_back((*outputShape)[i]);
    else if (spatial[i] == unknown || window->kernel[i] == unknown)
      shape.push_back(unknown);
    else if (window->sameSize)
      shape.push_back(spatial[i] * window->strides[i]);
    else
      shape.push_back(window->strides[i] * (spatial[i] - 1) + outputPadding[i] + window->extent(i) -
                      window->pads[i] - window->pads[i + rank]);
    if (!isSize(shape.back()))
      return op->emitOpError() << "(C5) pads and output_shape give spatial dimension " << i << " the size "
                               << shape.back();
  }
  add(types, shape, elementType(op, 0));
  return success();
}

LogicalResult pool(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  if (!input) {
    addUnranked(types, elementType(op, 0));
    return keepRest(op, types);
  }
  std::optional<ArrayRef<int64_t>> kernel = getIntegers(op, "kernel_shape");
  if (input.getRank() < 3 || !kernel || static_cast<int64_t>(kernel->size()) != input.getRank() - 2)
    return op->emitOpError() << "(C5) expected one number in 'kernel_shape' for each spatial dimension of "
                             << input;
  if (llvm::any_of(*kernel, [](int64_t size) { return size < 1 || size > maximumInWindow; }))
    return op->emitOpError() << "(C5) expected numbers from 1 to " << maximumInWindow << " in 'kernel_shape'";
  ArrayRef<int64_t> spatial = input.getShape().drop_front(2);
  FailureOr<Window> window = Window::of(op, spatial, *kernel);
  FailureOr<Shape> output = failed(window) ? FailureOr<Shape>() : slide(op, *window, spatial);
  if (failed(output))
    return failure();
  Shape shape = llvm::to_vector(input.getShape().take_front(2));
  llvm::append_range(shape, *output);
  add(types, shape, input.getElementType());
  if (op->getNumResults() > 1)
    addOptional(op, types, RankedTensorType::get(shape, IntegerType::get(op->getContext(), 64)));
  return success();
}

LogicalResult globalPool(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  if (!input) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  if (input.getRank() < 2)
    return op->emitOpError() << "(C5) expected an input with a channel dimension, but got " << input;
  Shape shape(input.getRank(), 1);
  llvm::copy(input.getShape().take_front(2), shape.begin());
  add(types, shape, input.getElementType());
  return success();
}

} // namespace infer
} // namespace quern::onnx
