// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/TensorProto.h"

#include "gtest/gtest.h"

namespace quern {
namespace {

using namespace std::string_literals;

// Field tags: dims 1, data_type 2, float_data 4, int32_data 5, name 8, raw_data 9; wire type in the low three
// bits.
const std::string kDims2 = "\x08\x02"s;
const std::string kFloat = "\x10\x01"s;
const std::string kInt8 = "\x10\x03"s;
const std::string kOneTwo = "\0\0\x80\x3f\0\0\0\x40"s;

TEST(TensorProto, ReadsRawAndTypedData) {
  std::string error;
  auto raw = parseTensorProto(kDims2 + kFloat + "\x42\x01x" + "\x4a\x08" + kOneTwo, error);
  ASSERT_TRUE(raw) << error;
  EXPECT_EQ(raw->name, "x");
  EXPECT_EQ(raw->array.shape, (std::vector<int64_t>{2}));
  auto typed = parseTensorProto(kDims2 + kFloat + "\x22\x08" + kOneTwo, error);
  ASSERT_TRUE(typed) << error;
  EXPECT_EQ(typed->array.data, raw->array.data);
  auto bytes =
      parseTensorProto(kDims2 + kInt8 + "\x2a\x0b\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, error);
  ASSERT_TRUE(bytes) << error;
  EXPECT_EQ(bytes->array.data, (std::vector<std::byte>{std::byte(5), std::byte(0xFF)}));
}

TEST(TensorProto, RefusesDamage) {
  std::string error, whole = kDims2 + kFloat + "\x4a\x08" + kOneTwo;
  for (size_t length = 1; length < whole.size(); ++length)
    EXPECT_FALSE(parseTensorProto(whole.substr(0, length), error)) << length;
  EXPECT_FALSE(parseTensorProto("", error));
  EXPECT_FALSE(parseTensorProto(whole + "\x08\x03", error)) << "another extent than there is data for";
  EXPECT_FALSE(parseTensorProto(kDims2 + "\x10\x08\x32\x01x", error)) << "strings";
  EXPECT_FALSE(parseTensorProto(whole + "\x22\x04\0\0\0\0"s, error)) << "raw and typed data";
  EXPECT_FALSE(parseTensorProto("\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x08\x04"s + kFloat, error))
      << "overflow";
}

} // namespace
} // namespace quern
