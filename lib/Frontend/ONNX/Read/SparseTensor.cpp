// Sparse tensors: linear or coordinate indices in ascending order; held densely once read.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Read/Tensor.h"

#include <cstring>

namespace quern {

using proto::SparseTensorProto;
using proto::TensorProto;

static llvm::ArrayRef<int64_t> denseDims(const SparseTensorProto &tensor) {
  return {tensor.dims().data(), static_cast<size_t>(tensor.dims_size())};
}

/// The linear index of each value; nullopt when the indices do not fit `dims` or do not ascend.
static std::optional<std::vector<uint64_t>> linearIndices(const SparseTensorProto &tensor,
                                                          ExternalFiles &files) {
  std::vector<int64_t> stored = *readIntegers(tensor.indices(), files);
  llvm::ArrayRef<int64_t> dims = denseDims(tensor);
  int64_t size = static_cast<int64_t>(*countElements(dims));
  size_t width = tensor.indices().dims_size() == 2 ? dims.size() : 1;
  std::vector<uint64_t> linear;
  for (size_t at = 0; at < stored.size(); at += width) {
    int64_t index = width == 1 && tensor.indices().dims_size() == 1 ? stored[at] : 0;
    if (tensor.indices().dims_size() == 2)
      for (size_t axis = 0; axis < width; ++axis) {
        int64_t coordinate = stored[at + axis];
        if (coordinate < 0 || coordinate >= dims[axis])
          return std::nullopt;
        index = index * dims[axis] + coordinate;
      }
    if (index < 0 || index >= size || (!linear.empty() && static_cast<uint64_t>(index) <= linear.back()))
      return std::nullopt;
    linear.push_back(static_cast<uint64_t>(index));
  }
  return linear;
}

std::vector<std::string> findProblems(const SparseTensorProto &tensor, ExternalFiles &files,
                                      const Limits &limits) {
  std::vector<std::string> problems = findProblems(tensor.values(), files, limits);
  for (std::string &problem : findProblems(tensor.indices(), files, limits))
    problems.push_back("of its indices: " + problem);
  if (!problems.empty())
    return problems;

  llvm::ArrayRef<int64_t> dims = denseDims(tensor);
  std::optional<uint64_t> elements = countElements(dims);
  const ElementType &type = *findElementType(tensor.values().data_type());
  if (dims.size() > static_cast<size_t>(limits.rank))
    return {"it has more dimensions than the limit of " + std::to_string(limits.rank)};
  if (dims.empty() || !elements || *elements == 0)
    return {"its dimensions are not all positive"};
  if (type.field == TypedField::String || type.isPacked())
    return {"its element type " + type.name.str() + " is not accepted for a sparse tensor"};
  if (*elements > limits.sparseTensorBytes / (type.bits / 8))
    return {"it would take more than the limit of " + std::to_string(limits.sparseTensorBytes) +
            " bytes when dense"};

  llvm::ArrayRef<int64_t> valueDims = dimsOf(tensor.values()), indexDims = dimsOf(tensor.indices());
  if (tensor.indices().data_type() != TensorProto::INT64)
    return {"its indices are not int64"};
  if (valueDims.size() != 1)
    return {"its values have rank " + std::to_string(valueDims.size()) + "; rank 1 is accepted"};
  bool linear = indexDims.size() == 1 && indexDims[0] == valueDims[0];
  bool coordinates = indexDims.size() == 2 && indexDims[0] == valueDims[0] &&
                     static_cast<size_t>(indexDims[1]) == dims.size();
  if (!linear && !coordinates)
    return {"its indices must have one entry, or one row of " + std::to_string(dims.size()) +
            ", for each value"};
  if (!linearIndices(tensor, files))
    return {"its indices do not ascend or lie outside its shape"};
  return {};
}

TensorBytes readSparseTensor(const SparseTensorProto &tensor, std::shared_ptr<const void> owner,
                             ExternalFiles &files) {
  TensorBytes values = readTensor(tensor.values(), std::move(owner), files);
  unsigned width = findElementType(tensor.values().data_type())->bits / 8;
  auto dense = std::make_shared<std::vector<char>>(*countElements(denseDims(tensor)) * width);
  std::vector<uint64_t> indices = *linearIndices(tensor, files);
  for (size_t i = 0; i < indices.size(); ++i)
    std::memcpy(dense->data() + indices[i] * width, values.bytes.data() + i * width, width);
  return {llvm::ArrayRef<char>(*dense), dense};
}

} // namespace quern
