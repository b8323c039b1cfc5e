// Bytes of tensors: layouts, and that nothing is copied without need.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Read/Tensor.h"

#include <gtest/gtest.h>

using namespace quern;
using proto::TensorProto;

namespace {

TensorProto makeTensor(int type, std::initializer_list<int64_t> dims) {
  TensorProto tensor;
  tensor.set_data_type(type);
  for (int64_t dim : dims)
    tensor.add_dims(dim);
  return tensor;
}

std::vector<int> bytesOf(const TensorProto &tensor) {
  ExternalFiles files("model.onnx");
  EXPECT_TRUE(findProblems(tensor, files, {}).empty());
  TensorBytes read = readTensor(tensor, nullptr, files);
  return {read.bytes.begin(), read.bytes.end()};
}

TEST(ReadTensor, RawDataIsNotCopied) {
  TensorProto tensor = makeTensor(TensorProto::FLOAT, {2});
  tensor.set_raw_data("12345678");
  ExternalFiles files("model.onnx");
  EXPECT_EQ(readTensor(tensor, nullptr, files).bytes.data(), tensor.raw_data().data());
}

TEST(ReadTensor, TypedFieldOfTheSameWidthIsNotCopied) {
  TensorProto tensor = makeTensor(TensorProto::FLOAT, {1});
  tensor.add_float_data(1.5f);
  ExternalFiles files("model.onnx");
  EXPECT_EQ(static_cast<const void *>(readTensor(tensor, nullptr, files).bytes.data()),
            tensor.float_data().data());
}

TEST(ReadTensor, NarrowElementsOfInt32Data) {
  TensorProto tensor = makeTensor(TensorProto::INT8, {3});
  for (int value : {-128, 0, 127})
    tensor.add_int32_data(value);
  EXPECT_EQ(bytesOf(tensor), (std::vector<int>{-128, 0, 127}));
}

TEST(ReadTensor, FourBitElementsAreUnpackedAndSignExtended) {
  TensorProto tensor = makeTensor(TensorProto::INT4, {3});
  tensor.set_raw_data(std::string("\xf8\x07", 2));
  EXPECT_EQ(bytesOf(tensor), (std::vector<int>{-8, -1, 7}));
  tensor.set_data_type(TensorProto::UINT4);
  EXPECT_EQ(bytesOf(tensor), (std::vector<int>{8, 15, 7}));
}

TEST(ReadTensor, TwoBitElements) {
  TensorProto tensor = makeTensor(TensorProto::INT2, {4});
  tensor.add_int32_data(0b11100100);
  EXPECT_EQ(bytesOf(tensor), (std::vector<int>{0, 1, -2, -1}));
}

TEST(ReadTensor, SixBitElementsStraddleBytes) {
  TensorProto tensor = makeTensor(TensorProto::FLOAT6E2M3, {4});
  // 1, 2, 3 and 63, six bits each, the first lowest.
  uint32_t packed = 1 | 2 << 6 | 3 << 12 | 63u << 18;
  tensor.set_raw_data(std::string(reinterpret_cast<char *>(&packed), 3));
  EXPECT_EQ(bytesOf(tensor), (std::vector<int>{1, 2, 3, 63}));
}

TEST(ReadTensor, NoElements) { EXPECT_TRUE(bytesOf(makeTensor(TensorProto::FLOAT, {0, 3})).empty()); }

TEST(CountElements, RefusesNegativeAndHuge) {
  EXPECT_EQ(countElements({2, 3}), 6u);
  EXPECT_EQ(countElements({}), 1u);
  EXPECT_EQ(countElements({0, INT64_MAX}), 0u);
  EXPECT_FALSE(countElements({-1}));
  EXPECT_FALSE(countElements({INT64_MAX, 2}));
  EXPECT_FALSE(countElements({0, INT64_MAX, INT64_MAX}));
}

} // namespace
