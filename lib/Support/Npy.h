// NumPy's .npy and .npz files: arrays of numbers, read and written without Python. Plain C++, no LLVM.
//
// Only numbers are read: an array of objects would need pickle, which runs code, and is refused. Sizes are
// checked against the bytes that are there before memory is allocated.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quern {

/// Element types, numbered as ONNX's TensorProto.DataType. NumPy has no bfloat16, 8-bit float or 4-bit type.
enum class ElementType : int32_t {
  Undefined = 0,
  Float32 = 1,
  UInt8 = 2,
  Int8 = 3,
  UInt16 = 4,
  Int16 = 5,
  Int32 = 6,
  Int64 = 7,
  Bool = 9,
  Float16 = 10,
  Float64 = 11,
  UInt32 = 12,
  UInt64 = 13,
};

/// "float32", "uint8", ...; "type 16" for a number that has no name here.
std::string elementTypeName(ElementType type);

/// Bytes of one element; 0 for a type that is not listed above.
size_t elementBytes(ElementType type);

/// "2x3xfloat32", as messages print it.
std::string describeType(ElementType type, const std::vector<int64_t> &shape);

/// A contiguous row-major array in this machine's byte order.
struct NpyArray {
  ElementType type = ElementType::Undefined;
  std::vector<int64_t> shape;
  std::vector<std::byte> data;

  /// Number of elements; 1 for a scalar.
  int64_t elementCount() const;
};

/// What the header of a .npy file says.
struct NpyHeader {
  ElementType type = ElementType::Undefined;
  std::vector<int64_t> shape;
  bool isFortranOrder = false; ///< the first axis varies fastest; of consequence for two axes and more
  bool isByteSwapped = false;  ///< the other byte order than this machine's
  size_t dataOffset = 0;       ///< bytes before the data
  size_t dataBytes = 0;
};

/// Parses the header at the front of `bytes`, which holds all of it. Without a result, `error` says why.
std::optional<NpyHeader> parseNpyHeader(std::string_view bytes, std::string &error);

/// How many bytes of a file hold its header, told from its first 12; nothing if it is no .npy file.
std::optional<size_t> findNpyHeaderBytes(std::string_view first12);

/// Reverses the bytes of each element, to or from the other byte order.
void swapByteOrder(std::vector<std::byte> &data, size_t elementBytes);

/// Brings the data of an array from Fortran order to row-major order.
void transposeToRowMajor(NpyArray &array);

/// Parses the bytes of a .npy file; big-endian and Fortran-ordered arrays are brought to the common form.
/// Without a result, `error` says why.
std::optional<NpyArray> parseNpy(std::string_view bytes, std::string &error);

/// The bytes of a .npy file; `array.type` must be one of the listed types (format 1.0, or 2.0 where the
/// header is long).
std::string formatNpy(const NpyArray &array);

std::optional<NpyArray> readNpy(const std::string &path, std::string &error);

class NpyStream;

/// An open .npz archive; arrays are read one by one, so that an archive larger than memory can be streamed.
class NpzReader {
public:
  static std::unique_ptr<NpzReader> open(const std::string &path, std::string &error);
  ~NpzReader();

  /// Array names without ".npy", in the order of the archive.
  const std::vector<std::string> &names() const;
  std::optional<NpyArray> read(const std::string &name, std::string &error) const;
  /// Opens an array to be read piece by piece; not beyond the reader's life.
  std::unique_ptr<NpyStream> stream(const std::string &name, std::string &error) const;

private:
  struct Archive;
  explicit NpzReader(std::unique_ptr<Archive> archive);
  std::unique_ptr<Archive> archive;
};

/// Reads every array of an archive.
std::optional<std::map<std::string, NpyArray>> readNpz(const std::string &path, std::string &error);

/// Bytes of an archive of stored (not deflated) arrays, with fixed dates: equal arrays give equal bytes.
std::optional<std::string> formatNpz(const std::vector<std::pair<std::string, const NpyArray *>> &arrays,
                                     std::string &error);

} // namespace quern
