// A .npy array that is read piece by piece, for data larger than memory.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Support/Npy.h"

#include <memory>
#include <string>
#include <vector>

namespace quern {

/// Reads the data of an array in row-major order. No more memory is used than what is asked for and is there:
/// a file that claims more than it holds costs nothing. An array in Fortran order has no pieces in that
/// order; it is held as a whole, up to kLargestFortranArray.
class NpyStream {
public:
  static constexpr size_t kLargestFortranArray = size_t(1) << 30;

  /// Where the bytes come from: a file, or the member of an archive.
  class Source {
  public:
    virtual ~Source() = default;
    /// Goes to the first byte.
    virtual bool reopen(std::string &error) = 0;
    /// Up to `bytes` bytes; 0 at the end, negative on an error.
    virtual int64_t read(std::byte *to, size_t bytes, std::string &error) = 0;
  };

  static std::unique_ptr<NpyStream> open(std::unique_ptr<Source> source, std::string &error);
  static std::unique_ptr<NpyStream> openFile(const std::string &path, std::string &error);

  const NpyHeader &getHeader() const { return header; }

  /// The next `bytes` bytes of data, a whole number of elements, in this machine's byte order. Fewer are an
  /// error.
  bool read(std::vector<std::byte> &data, size_t bytes, std::string &error);

  /// After the last element: an error if the file goes on, or its checksum does not match.
  bool finish(std::string &error);

  bool rewind(std::string &error);

private:
  explicit NpyStream(std::unique_ptr<Source> source) : source(std::move(source)) {}
  bool readHeader(std::string &error);
  bool readFortranArray(std::string &error);
  bool readExactly(std::vector<std::byte> &data, size_t bytes, std::string &error);

  std::unique_ptr<Source> source;
  NpyHeader header;
  std::vector<std::byte> rowMajor; ///< of an array in Fortran order
  size_t position = 0;             ///< in rowMajor
};

} // namespace quern
