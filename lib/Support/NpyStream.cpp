// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/NpyStream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace quern {
namespace {

constexpr size_t kChunk = 1 << 20;

class FileSource : public NpyStream::Source {
public:
  explicit FileSource(const std::string &path) : path(path) {}

  bool reopen(std::string &error) override {
    file = std::ifstream(path, std::ios::binary);
    if (!file)
      error = std::strerror(errno);
    return static_cast<bool>(file);
  }
  int64_t read(std::byte *to, size_t bytes, std::string &error) override {
    file.read(reinterpret_cast<char *>(to), static_cast<std::streamsize>(bytes));
    if (file.bad()) {
      error = "cannot be read";
      return -1;
    }
    return file.gcount();
  }

private:
  std::string path;
  std::ifstream file;
};

} // namespace

std::unique_ptr<NpyStream> NpyStream::open(std::unique_ptr<Source> source, std::string &error) {
  std::unique_ptr<NpyStream> stream(new NpyStream(std::move(source)));
  return stream->rewind(error) ? std::move(stream) : nullptr;
}

std::unique_ptr<NpyStream> NpyStream::openFile(const std::string &path, std::string &error) {
  return open(std::make_unique<FileSource>(path), error);
}

bool NpyStream::rewind(std::string &error) {
  position = 0;
  if (!rowMajor.empty())
    return true;
  if (!source->reopen(error) || !readHeader(error))
    return false;
  bool isFortran = header.isFortranOrder && header.shape.size() > 1;
  return !isFortran || readFortranArray(error);
}

bool NpyStream::readHeader(std::string &error) {
  std::vector<std::byte> bytes;
  if (!readExactly(bytes, 12, error))
    return false;
  auto text = [&] { return std::string_view(reinterpret_cast<const char *>(bytes.data()), bytes.size()); };
  if (std::optional<size_t> length = findNpyHeaderBytes(text()); length && *length > bytes.size()) {
    std::vector<std::byte> rest;
    if (!readExactly(rest, *length - bytes.size(), error))
      return false;
    bytes.insert(bytes.end(), rest.begin(), rest.end());
  }
  std::optional<NpyHeader> parsed = parseNpyHeader(text(), error);
  if (parsed)
    header = std::move(*parsed);
  return parsed.has_value();
}

bool NpyStream::readFortranArray(std::string &error) {
  if (header.dataBytes > kLargestFortranArray) {
    error = "is in Fortran order and too large to be reordered in memory; save it in C order";
    return false;
  }
  NpyArray array{header.type, header.shape, {}};
  if (!readExactly(array.data, header.dataBytes, error) || !finish(error))
    return false;
  if (header.isByteSwapped)
    swapByteOrder(array.data, elementBytes(header.type));
  transposeToRowMajor(array);
  rowMajor = std::move(array.data);
  return true;
}

bool NpyStream::readExactly(std::vector<std::byte> &data, size_t bytes, std::string &error) {
  data.clear();
  while (data.size() < bytes) {
    size_t old = data.size(), wanted = std::min(kChunk, bytes - old);
    data.resize(old + wanted);
    int64_t got = source->read(data.data() + old, wanted, error);
    if (got < 0)
      return false;
    data.resize(old + static_cast<size_t>(got));
    if (got == 0) {
      error = "ends too early: its header promises more";
      return false;
    }
  }
  return true;
}

bool NpyStream::read(std::vector<std::byte> &data, size_t bytes, std::string &error) {
  if (!rowMajor.empty()) {
    if (bytes > rowMajor.size() - position) {
      error = "ends too early: its header promises more";
      return false;
    }
    data.assign(rowMajor.begin() + static_cast<ptrdiff_t>(position),
                rowMajor.begin() + static_cast<ptrdiff_t>(position + bytes));
    position += bytes;
    return true;
  }
  if (!readExactly(data, bytes, error))
    return false;
  if (header.isByteSwapped)
    swapByteOrder(data, elementBytes(header.type));
  return true;
}

bool NpyStream::finish(std::string &error) {
  if (!rowMajor.empty())
    return true;
  std::byte extra;
  int64_t got = source->read(&extra, 1, error);
  if (got > 0)
    error = "holds more data than its header promises";
  return got == 0;
}

} // namespace quern
