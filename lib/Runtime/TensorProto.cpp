// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/TensorProto.h"

#include <algorithm>
#include <cstring>

namespace quern {
namespace {

/// The fields of TensorProto in onnx.proto that hold numbers.
enum Field : uint32_t {
  kDims = 1,
  kDataType = 2,
  kFloatData = 4,
  kInt32Data = 5,
  kStringData = 6,
  kInt64Data = 7,
  kName = 8,
  kRawData = 9,
  kDoubleData = 10,
  kUint64Data = 11,
  kExternalData = 13,
};

enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

/// One field of a message, and the value in the form that its wire type has.
struct WireField {
  uint32_t number = 0;
  uint32_t type = 0;
  uint64_t scalar = 0;
  std::string_view bytes;
};

/// Walks over the fields of a protobuf message.
class WireReader {
public:
  explicit WireReader(std::string_view bytes) : rest(bytes) {}

  bool atEnd() const { return rest.empty(); }

  bool varint(uint64_t &value) {
    value = 0;
    for (int shift = 0; shift < 64 && !rest.empty(); shift += 7) {
      uint8_t byte = rest.front();
      rest.remove_prefix(1);
      value |= uint64_t(byte & 0x7F) << shift;
      if (byte < 0x80)
        return true;
    }
    return false;
  }

  template <typename T> bool fixed(uint64_t &value) {
    T bits;
    if (rest.size() < sizeof(T))
      return false;
    std::copy_n(rest.begin(), sizeof(T), reinterpret_cast<char *>(&bits));
    rest.remove_prefix(sizeof(T));
    value = bits;
    return true;
  }

  bool field(WireField &field) {
    uint64_t tag = 0, length = 0;
    if (!varint(tag))
      return false;
    field.number = tag >> 3;
    field.type = tag & 7;
    switch (field.type) {
    case kVarint:
      return varint(field.scalar);
    case kFixed64:
      return fixed<uint64_t>(field.scalar);
    case kFixed32:
      return fixed<uint32_t>(field.scalar);
    case kBytes:
      if (!varint(length) || length > rest.size())
        return false;
      field.bytes = rest.substr(0, length);
      rest.remove_prefix(length);
      return true;
    default:
      return false;
    }
  }

private:
  std::string_view rest;
};

/// The values of a repeated scalar field, packed or not.
bool readScalars(const WireField &field, std::vector<uint64_t> &values) {
  if (field.type != kBytes) {
    values.push_back(field.scalar);
    return true;
  }
  WireReader packed(field.bytes);
  while (!packed.atEnd()) {
    uint64_t value = 0;
    bool whole = field.number == kFloatData    ? packed.fixed<uint32_t>(value)
                 : field.number == kDoubleData ? packed.fixed<uint64_t>(value)
                                               : packed.varint(value);
    if (!whole)
      return false;
    values.push_back(value);
  }
  return true;
}

/// Bytes of an element as stored; 4-bit elements, of which two share a byte, are not read.
size_t storedBytes(int32_t type) {
  if (type >= 17 && type <= 20) // the 8-bit floats
    return 1;
  return type == 16 ? 2 : elementBytes(ElementType(type));
}

std::nullopt_t fail(std::string &error, std::string reason) {
  error = std::move(reason);
  return std::nullopt;
}

} // namespace

std::optional<NamedTensor> parseTensorProto(std::string_view bytes, std::string &error) {
  NamedTensor tensor;
  std::vector<uint64_t> dims, values;
  std::optional<std::string_view> raw;
  uint64_t type = 0;
  WireReader reader(bytes);
  while (!reader.atEnd()) {
    WireField field;
    if (!reader.field(field))
      return fail(error, "not a TensorProto");
    bool valid = true;
    if (field.number == kDims)
      valid = readScalars(field, dims);
    else if (field.number == kDataType && field.type == kVarint)
      type = field.scalar;
    else if (field.number == kName && field.type == kBytes)
      tensor.name = field.bytes;
    else if (field.number == kRawData && field.type == kBytes)
      raw = field.bytes;
    else if (field.number == kFloatData || field.number == kInt32Data || field.number == kInt64Data ||
             field.number == kDoubleData || field.number == kUint64Data)
      valid = readScalars(field, values);
    else if (field.number == kStringData || field.number == kExternalData)
      return fail(error, "expected numbers that are stored in the file itself");
    if (!valid)
      return fail(error, "not a TensorProto");
  }

  size_t width = type <= INT32_MAX ? storedBytes(static_cast<int32_t>(type)) : 0;
  if (width == 0)
    return fail(error, "element type " + std::to_string(type) + " is not read here");
  size_t size = width;
  for (uint64_t extent : dims)
    if (extent > INT64_MAX || __builtin_mul_overflow(size, extent, &size))
      return fail(error, "the shape overflows");
  if (raw && !values.empty())
    return fail(error, "has both raw and typed data");
  size_t given = raw ? raw->size() : values.size() * width;
  if (given != size)
    return fail(error, "the shape needs " + std::to_string(size) + " bytes of data, there are " +
                           std::to_string(given));

  tensor.array.type = ElementType(static_cast<int32_t>(type));
  tensor.array.shape.assign(dims.begin(), dims.end());
  tensor.array.data.resize(size);
  if (raw && size)
    std::memcpy(tensor.array.data.data(), raw->data(), size);
  for (size_t index = 0; index < values.size(); ++index) // little-endian: the low bytes come first
    std::memcpy(tensor.array.data.data() + index * width, &values[index], width);
  return tensor;
}

} // namespace quern
