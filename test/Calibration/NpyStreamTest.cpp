// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/NpyStream.h"
#include "test/Calibration/TemporaryFolder.h"

using namespace quern;

namespace {

using NpyStreamTest = TemporaryFolder;

/// A .npy file with this dictionary and these bytes of data.
std::string makeNpy(std::string header, const std::string &data) {
  header.resize((header.size() + 11 + 63) / 64 * 64 - 11, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\1\0", 8);
  uint16_t length = static_cast<uint16_t>(header.size());
  bytes.append(reinterpret_cast<const char *>(&length), 2);
  return bytes + header + data;
}

/// All data, or the error.
std::string readStream(const std::string &path, std::vector<std::byte> &data) {
  std::string error;
  std::unique_ptr<NpyStream> stream = NpyStream::openFile(path, error);
  if (!stream || !stream->read(data, stream->getHeader().dataBytes, error) || !stream->finish(error))
    return error;
  return "";
}

} // namespace

TEST_F(NpyStreamTest, ReadsInPiecesAndAgain) {
  std::string path = write("x.npy", formatNpy(makeFloats({3, 2}, {1, 2, 3, 4, 5, 6})));
  std::string error;
  std::unique_ptr<NpyStream> stream = NpyStream::openFile(path, error);
  ASSERT_TRUE(stream) << error;
  EXPECT_EQ(stream->getHeader().shape, (std::vector<int64_t>{3, 2}));
  for (int round = 0; round < 2; ++round) {
    std::vector<std::byte> data;
    for (float first : {1.0f, 3.0f, 5.0f}) {
      ASSERT_TRUE(stream->read(data, 8, error)) << error;
      EXPECT_EQ(valuesOf<float>({ElementType::Float32, {2}, data}), (std::vector<float>{first, first + 1}));
    }
    EXPECT_TRUE(stream->finish(error)) << error;
    ASSERT_TRUE(stream->rewind(error)) << error;
  }
}

TEST_F(NpyStreamTest, FortranOrderAndBigEndianAreBroughtToOurs) {
  // [[1, 2, 3], [4, 5, 6]] in columns, as big-endian 16-bit integers.
  std::string data("\0\1\0\4\0\2\0\5\0\3\0\6", 12);
  std::string path =
      write("x.npy", makeNpy("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", data));
  std::vector<std::byte> bytes;
  ASSERT_EQ(readStream(path, bytes), "");
  EXPECT_EQ(valuesOf<int16_t>({ElementType::Int16, {}, bytes}), (std::vector<int16_t>{1, 2, 3, 4, 5, 6}));
}

TEST_F(NpyStreamTest, DamageIsSaid) {
  std::string good = formatNpy(makeFloats({2}, {1, 2}));
  std::vector<std::byte> data;
  EXPECT_TRUE(contains(readStream(write("a", good.substr(0, good.size() - 1)), data), "ends too early"));
  EXPECT_TRUE(contains(readStream(write("b", good + "x"), data), "more data than its header promises"));
  EXPECT_TRUE(contains(readStream(write("c", "PK" + good), data), "not a .npy file"));
  EXPECT_TRUE(contains(readStream(write("d", good.substr(0, 20)), data), "ends too early"));
  EXPECT_TRUE(contains(readStream(path("none"), data), "No such file"));
  for (const char *shape :
       {"(-1,)", "(99999999999999999999,)", "(4611686018427387904, 4)", "2", "(2", "(2,) + (3,)"})
    EXPECT_NE(
        readStream(write("e", makeNpy(std::string("{'descr': '<f4', 'fortran_order': False, 'shape': ") +
                                          shape + ", }",
                                      "12345678")),
                   data),
        "")
        << shape;
}

TEST_F(NpyStreamTest, PickleIsNeverRead) {
  std::vector<std::byte> data;
  std::string error = readStream(
      write("x", makeNpy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "\x80\x04K\x01.")),
      data);
  EXPECT_TRUE(contains(error, "Python objects, which only pickle could read")) << error;
}

TEST_F(NpyStreamTest, ClaimedSizesCostNoMemory) {
  std::vector<std::byte> data;
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }";
  EXPECT_TRUE(contains(readStream(write("x", makeNpy(header, "12345678")), data), "ends too early"));
  EXPECT_LE(data.capacity(), size_t(1) << 22);
  std::string fortran = "{'descr': '<f8', 'fortran_order': True, 'shape': (1000000, 1000000), }";
  EXPECT_TRUE(contains(readStream(write("y", makeNpy(fortran, "12345678")), data), "Fortran order"));
}
