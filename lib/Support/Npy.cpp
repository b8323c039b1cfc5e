// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/Npy.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <limits>

static_assert(std::endian::native == std::endian::little, "written for little-endian machines");

namespace quern {
namespace {

struct ElementTypeEntry {
  ElementType type;
  const char *name;
  const char *npy; // NumPy's kind and size
  size_t bytes;
};

constexpr ElementTypeEntry kElementTypes[] = {
    {ElementType::Float32, "float32", "f4", 4}, {ElementType::UInt8, "uint8", "u1", 1},
    {ElementType::Int8, "int8", "i1", 1},       {ElementType::UInt16, "uint16", "u2", 2},
    {ElementType::Int16, "int16", "i2", 2},     {ElementType::Int32, "int32", "i4", 4},
    {ElementType::Int64, "int64", "i8", 8},     {ElementType::Bool, "bool", "b1", 1},
    {ElementType::Float16, "float16", "f2", 2}, {ElementType::Float64, "float64", "f8", 8},
    {ElementType::UInt32, "uint32", "u4", 4},   {ElementType::UInt64, "uint64", "u8", 8},
};

const ElementTypeEntry *findType(ElementType type) {
  for (const ElementTypeEntry &entry : kElementTypes)
    if (entry.type == type)
      return &entry;
  return nullptr;
}

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr size_t kMaxHeader = 1 << 20; // NumPy's own headers are below 10 KB unless an array has named fields
constexpr size_t kMaxRank = 64;

/// Reads the Python dictionary literal of a header: exactly the keys 'descr', 'fortran_order' and 'shape'.
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : rest(text) {}

  bool parse(std::string &descr, bool &fortran, std::vector<int64_t> &shape) {
    bool haveDescr = false, haveOrder = false, haveShape = false;
    if (!take('{'))
      return false;
    while (!take('}')) {
      std::string key;
      if (!string(key) || !take(':'))
        return false;
      if (key == "descr" && !haveDescr)
        haveDescr = string(descr);
      else if (key == "fortran_order" && !haveOrder)
        haveOrder = boolean(fortran);
      else if (key == "shape" && !haveShape)
        haveShape = tuple(shape);
      else
        return false;
      if (!take(',') && !peek('}'))
        return false;
    }
    skipSpace();
    return rest.empty() && haveDescr && haveOrder && haveShape;
  }

private:
  void skipSpace() {
    size_t first = rest.find_first_not_of(" \t\n");
    rest.remove_prefix(first == std::string_view::npos ? rest.size() : first);
  }
  bool peek(char c) {
    skipSpace();
    return !rest.empty() && rest.front() == c;
  }
  bool take(char c) {
    if (!peek(c))
      return false;
    rest.remove_prefix(1);
    return true;
  }
  bool word(std::string_view text) {
    skipSpace();
    if (!rest.starts_with(text))
      return false;
    rest.remove_prefix(text.size());
    return true;
  }
  bool boolean(bool &value) {
    value = word("True");
    return value || word("False");
  }
  bool string(std::string &value) {
    skipSpace();
    if (rest.empty() || (rest.front() != '\'' && rest.front() != '"'))
      return false;
    size_t end = rest.find(rest.front(), 1);
    if (end == std::string_view::npos)
      return false;
    value = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return true;
  }
  bool integer(int64_t &value) {
    skipSpace();
    size_t digits = 0;
    value = 0;
    for (; digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9'; ++digits)
      if (__builtin_mul_overflow(value, 10, &value) ||
          __builtin_add_overflow(value, rest[digits] - '0', &value))
        return false;
    rest.remove_prefix(digits);
    return digits != 0;
  }
  bool tuple(std::vector<int64_t> &values) {
    if (!take('('))
      return false;
    while (!take(')')) {
      int64_t value;
      if (!integer(value) || values.size() == kMaxRank)
        return false;
      values.push_back(value);
      if (!take(',') && !peek(')'))
        return false;
    }
    return true;
  }

  std::string_view rest;
};

/// Element count, or nothing where it overflows.
std::optional<size_t> countElements(const std::vector<int64_t> &shape) {
  size_t count = 1;
  for (int64_t extent : shape)
    if (__builtin_mul_overflow(count, static_cast<size_t>(extent), &count))
      return std::nullopt;
  return count;
}

std::nullopt_t fail(std::string &error, std::string reason) {
  error = std::move(reason);
  return std::nullopt;
}

} // namespace

std::string elementTypeName(ElementType type) {
  const ElementTypeEntry *entry = findType(type);
  return entry ? entry->name : "type " + std::to_string(static_cast<int32_t>(type));
}

size_t elementBytes(ElementType type) {
  const ElementTypeEntry *entry = findType(type);
  return entry ? entry->bytes : 0;
}

std::string describeType(ElementType type, const std::vector<int64_t> &shape) {
  std::string text;
  for (int64_t extent : shape)
    text += std::to_string(extent) + "x";
  return text + elementTypeName(type);
}

int64_t NpyArray::elementCount() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

void swapByteOrder(std::vector<std::byte> &data, size_t elementBytes) {
  for (size_t at = 0; at + elementBytes <= data.size(); at += elementBytes)
    std::reverse(data.data() + at, data.data() + at + elementBytes);
}

/// Column-major to row-major: walks the result in order, keeping the source's offset as the odometer turns.
void transposeToRowMajor(NpyArray &array) {
  size_t width = elementBytes(array.type), rank = array.shape.size();
  std::vector<size_t> strides(rank), index(rank);
  size_t stride = width;
  for (size_t axis = 0; axis < rank; ++axis) {
    strides[axis] = stride;
    stride *= array.shape[axis];
  }
  std::vector<std::byte> result(array.data.size());
  size_t from = 0;
  for (size_t to = 0; to < result.size(); to += width) {
    std::memcpy(result.data() + to, array.data.data() + from, width);
    for (size_t axis = rank; axis-- > 0;) {
      from += strides[axis];
      if (++index[axis] < static_cast<size_t>(array.shape[axis]))
        break;
      from -= strides[axis] * index[axis];
      index[axis] = 0;
    }
  }
  array.data = std::move(result);
}

/// The bytes before the header's text: magic, version, and a length of 2 or 4 bytes.
static size_t prefixBytes(std::string_view bytes) { return bytes[6] == 1 ? 10 : 12; }

std::optional<size_t> findNpyHeaderBytes(std::string_view first12) {
  if (first12.size() < 12 || !first12.starts_with(kMagic))
    return std::nullopt;
  uint32_t length = 0;
  std::memcpy(&length, first12.data() + 8, prefixBytes(first12) - 8);
  if (length > kMaxHeader)
    return std::nullopt;
  return prefixBytes(first12) + length;
}

std::optional<NpyHeader> parseNpyHeader(std::string_view bytes, std::string &error) {
  if (!bytes.starts_with(kMagic) || bytes.size() < 10)
    return fail(error, "not a .npy file");
  uint8_t major = bytes[6];
  if (major < 1 || major > 3)
    return fail(error, "unknown .npy format " + std::to_string(major));
  NpyHeader header;
  header.dataOffset = findNpyHeaderBytes(bytes).value_or(std::numeric_limits<size_t>::max());
  if (header.dataOffset > bytes.size())
    return fail(error, "cut off in the header");

  size_t prefix = prefixBytes(bytes);
  std::string descr;
  HeaderParser parser(bytes.substr(prefix, header.dataOffset - prefix));
  if (!parser.parse(descr, header.isFortranOrder, header.shape))
    return fail(error, "the header does not describe one array of numbers");
  if (descr.find('O') != std::string::npos)
    return fail(error, "holds Python objects, which only pickle could read; save it as an array of numbers");

  const ElementTypeEntry *type = nullptr;
  for (const ElementTypeEntry &entry : kElementTypes)
    if (descr.size() == 3 && std::string_view(descr).substr(1) == entry.npy)
      type = &entry;
  if (!type || std::string_view("<>|=").find(descr[0]) == std::string_view::npos)
    return fail(error, "element type '" + descr + "' is not a number type that is read here");
  header.type = type->type;
  header.isByteSwapped = descr[0] == '>' && type->bytes > 1;

  std::optional<size_t> count = countElements(header.shape);
  if (!count || __builtin_mul_overflow(*count, type->bytes, &header.dataBytes))
    return fail(error, "the shape overflows");
  return header;
}

std::optional<NpyArray> parseNpy(std::string_view bytes, std::string &error) {
  std::optional<NpyHeader> header = parseNpyHeader(bytes, error);
  if (!header)
    return std::nullopt;
  bytes.remove_prefix(header->dataOffset);
  if (header->dataBytes != bytes.size())
    return fail(error, "the shape needs " + std::to_string(header->dataBytes) + " bytes of data, there are " +
                           std::to_string(bytes.size()));
  NpyArray array;
  array.type = header->type;
  array.shape = header->shape;
  array.data.resize(bytes.size());
  if (!bytes.empty())
    std::memcpy(array.data.data(), bytes.data(), bytes.size());
  size_t width = elementBytes(array.type);
  if (header->isByteSwapped)
    swapByteOrder(array.data, width);
  if (header->isFortranOrder && array.shape.size() > 1)
    transposeToRowMajor(array);
  return array;
}

std::string formatNpy(const NpyArray &array) {
  const ElementTypeEntry *type = findType(array.type);
  std::string header = "{'descr': '";
  header += type->bytes == 1 ? '|' : '<';
  header += std::string(type->npy) + "', 'fortran_order': False, 'shape': (";
  for (size_t axis = 0; axis < array.shape.size(); ++axis)
    header += (axis ? ", " : "") + std::to_string(array.shape[axis]);
  header += array.shape.size() == 1 ? ",), }" : "), }";

  bool isLong = header.size() + 65 > std::numeric_limits<uint16_t>::max();
  size_t prefix = isLong ? 12 : 10;
  header.append((64 - (prefix + header.size() + 1) % 64) % 64, ' '); // data starts at a multiple of 64
  header += '\n';
  std::string bytes(kMagic);
  bytes += isLong ? '\2' : '\1';
  bytes += '\0';
  uint32_t length = header.size();
  bytes.append(reinterpret_cast<const char *>(&length), isLong ? 4 : 2);
  bytes += header;
  bytes.append(reinterpret_cast<const char *>(array.data.data()), array.data.size());
  return bytes;
}

std::optional<NpyArray> readNpy(const std::string &path, std::string &error) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file)
    return fail(error, "cannot read '" + path + "': " + std::strerror(errno));
  std::string bytes;
  std::streamoff size = file.tellg();
  if (size < 0 || size == std::numeric_limits<std::streamoff>::max())
    return fail(error, "cannot read '" + path + "': not a file");
  bytes.resize(size);
  if (!file.seekg(0) || !file.read(bytes.data(), size))
    return fail(error, "cannot read '" + path + "'");
  std::optional<NpyArray> array = parseNpy(bytes, error);
  if (!array)
    error = "'" + path + "': " + error;
  return array;
}

} // namespace quern
