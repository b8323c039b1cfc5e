// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/Npy.h"

#include "gtest/gtest.h"

#include <cstdio>
#include <cstring>
#include <fstream>

namespace quern {
namespace {

std::string makeFile(const std::string &header, const std::string &data, char version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += version;
  bytes += '\0';
  uint32_t length = header.size();
  bytes.append(reinterpret_cast<const char *>(&length), version == 1 ? 2 : 4);
  return bytes + header + data;
}

std::string bytesOf(const NpyArray &array) {
  return std::string(reinterpret_cast<const char *>(array.data.data()), array.data.size());
}

TEST(Npy, ReadsWhatItWrites) {
  for (std::vector<int64_t> shape : {std::vector<int64_t>{}, {3}, {2, 3}, {0, 5}, {1, 2, 1, 2}}) {
    NpyArray array;
    array.type = ElementType::Int16;
    array.shape = shape;
    array.data.resize(array.elementCount() * 2, std::byte(7));
    std::string bytes = formatNpy(array), error;
    auto read = parseNpy(bytes, error);
    ASSERT_TRUE(read) << error;
    EXPECT_EQ(read->type, array.type);
    EXPECT_EQ(read->shape, array.shape);
    EXPECT_EQ(read->data, array.data);
    EXPECT_EQ((bytes.size() - array.data.size()) % 64, 0u);
  }
}

TEST(Npy, BringsOtherLayoutsToTheCommonForm) {
  std::string error;
  auto swapped =
      parseNpy(makeFile("{'descr': '>u2', 'fortran_order': False, 'shape': (2,), }", "\1\2\3\4"), error);
  ASSERT_TRUE(swapped) << error;
  EXPECT_EQ(bytesOf(*swapped), "\2\1\4\3");
  auto fortran =
      parseNpy(makeFile("{'shape': (2, 3), 'fortran_order': True, 'descr': '|u1'}", "adbecf", 2), error);
  ASSERT_TRUE(fortran) << error;
  EXPECT_EQ(bytesOf(*fortran), "abcdef");
}

TEST(Npy, RefusesWhatItCannotRead) {
  const std::string good = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
  const std::string wrong[] = {
      "",
      "PK",
      makeFile(good, "a"),
      makeFile(good, "abc"),
      makeFile(good, "ab", 9),
      makeFile(good, "ab").substr(0, 30),
      makeFile("", ""),
      makeFile("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "ab"),
      makeFile("{'descr': '<f3', 'fortran_order': False, 'shape': (2,), }", "abcdef"),
      makeFile("{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (2,), }", "ab"),
      makeFile("{'descr': '|u1', 'fortran_order': False, 'shape': (-2,), }", "ab"),
      makeFile("{'descr': '|u1', 'fortran_order': False}", "ab"),
      makeFile("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'extra': True}", "ab"),
      makeFile("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,), }", "ab"),
      makeFile("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 2), }", ""),
      makeFile("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000,), }", "ab"),
  };
  for (const std::string &bytes : wrong) {
    std::string error;
    EXPECT_FALSE(parseNpy(bytes, error)) << bytes;
    EXPECT_FALSE(error.empty());
  }
}

class NpzTest : public testing::Test {
protected:
  void SetUp() override {
    array.type = ElementType::UInt8;
    array.shape = {3};
    array.data.assign(3, std::byte(9));
    std::string error;
    auto formatted = formatNpz({{"a/b:0", &array}, {"x", &array}}, error);
    ASSERT_TRUE(formatted) << error;
    bytes = *formatted;
  }
  void TearDown() override { std::remove(path.c_str()); }

  void write(const std::string &content) { std::ofstream(path, std::ios::binary) << content; }

  std::string path = testing::TempDir() + "quern-npz-test.npz";
  NpyArray array;
  std::string bytes;
};

TEST_F(NpzTest, ReadsWhatItWrites) {
  write(bytes);
  std::string error;
  auto arrays = readNpz(path, error);
  ASSERT_TRUE(arrays) << error;
  ASSERT_EQ(arrays->size(), 2u);
  EXPECT_EQ(arrays->at("a/b:0").data, array.data);
  EXPECT_EQ(arrays->at("x").shape, array.shape);
}

TEST_F(NpzTest, EqualArraysGiveEqualBytes) {
  std::string error;
  EXPECT_EQ(*formatNpz({{"a/b:0", &array}, {"x", &array}}, error), bytes);
}

TEST_F(NpzTest, RefusesDamage) {
  std::string error;
  write(bytes.substr(0, bytes.size() - 30));
  EXPECT_FALSE(readNpz(path, error));
  std::string altered = bytes;
  altered[altered.find("\x09\x09\x09")] = 8; // caught by the archive's checksum
  write(altered);
  EXPECT_FALSE(readNpz(path, error));
  EXPECT_FALSE(readNpz(path + ".missing", error));
  EXPECT_NE(error.find("missing"), std::string::npos);
}

TEST_F(NpzTest, NamesTheArrayThatIsMissing) {
  write(bytes);
  std::string error;
  auto reader = NpzReader::open(path, error);
  ASSERT_TRUE(reader) << error;
  EXPECT_FALSE(reader->read("y", error));
  EXPECT_EQ(error, "no array 'y'");
}

} // namespace
} // namespace quern
