// .npz archives, which are zip files of .npy files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/Npy.h"
#include "lib/Support/NpyStream.h"

#include <zip.h>

#include <algorithm>

namespace quern {
namespace {

/// Archives are often deflated a thousandfold at most; what claims more than this is not read.
constexpr uint64_t kMaxMemberBytes = uint64_t(16) << 30;
constexpr size_t kChunk = 1 << 20;

std::string reason(zip_error_t *error) { return zip_error_strerror(error); }

std::string stripNpy(std::string name) {
  if (name.ends_with(".npy"))
    name.resize(name.size() - 4);
  return name;
}

} // namespace

struct NpzReader::Archive {
  ~Archive() { zip_discard(zip); }
  zip_t *zip = nullptr;
  std::vector<std::string> names;
};

NpzReader::NpzReader(std::unique_ptr<Archive> archive) : archive(std::move(archive)) {}
NpzReader::~NpzReader() = default;

std::unique_ptr<NpzReader> NpzReader::open(const std::string &path, std::string &error) {
  int code = 0;
  zip_t *zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (!zip) {
    zip_error_t zipError;
    zip_error_init_with_code(&zipError, code);
    error = "cannot read '" + path + "': " + reason(&zipError);
    zip_error_fini(&zipError);
    return nullptr;
  }
  auto archive = std::make_unique<Archive>();
  archive->zip = zip;
  zip_int64_t count = zip_get_num_entries(zip, 0);
  for (zip_int64_t index = 0; index < count; ++index) {
    const char *name = zip_get_name(zip, index, ZIP_FL_ENC_GUESS);
    archive->names.push_back(stripNpy(name ? name : ""));
  }
  return std::unique_ptr<NpzReader>(new NpzReader(std::move(archive)));
}

const std::vector<std::string> &NpzReader::names() const { return archive->names; }

/// Reads a member piece by piece: a header that claims a size which is not there costs no memory.
static std::optional<std::string> readMember(zip_t *zip, zip_uint64_t index, std::string &error) {
  zip_file_t *file = zip_fopen_index(zip, index, 0);
  if (!file) {
    error = reason(zip_get_error(zip));
    return std::nullopt;
  }
  std::string bytes;
  zip_int64_t got = 0;
  do {
    size_t old = bytes.size();
    bytes.resize(old + kChunk);
    got = zip_fread(file, bytes.data() + old, kChunk);
    bytes.resize(old + std::max<zip_int64_t>(got, 0));
  } while (got > 0 && bytes.size() <= kMaxMemberBytes);
  if (got < 0)
    error = reason(zip_file_get_error(file));
  else if (got > 0)
    error = "larger than " + std::to_string(kMaxMemberBytes) + " bytes";
  int closed = zip_fclose(file);
  if (got == 0 && closed != 0)
    error = "the checksum does not match";
  if (got != 0 || closed != 0)
    return std::nullopt;
  return bytes;
}

std::optional<NpyArray> NpzReader::read(const std::string &name, std::string &error) const {
  auto found = std::find(archive->names.begin(), archive->names.end(), name);
  if (found == archive->names.end()) {
    error = "no array '" + name + "'";
    return std::nullopt;
  }
  std::optional<std::string> bytes = readMember(archive->zip, found - archive->names.begin(), error);
  std::optional<NpyArray> array = bytes ? parseNpy(*bytes, error) : std::nullopt;
  if (!array)
    error = "array '" + name + "': " + error;
  return array;
}

namespace {

/// The bytes of a member, inflated as they are read.
class MemberSource : public NpyStream::Source {
public:
  MemberSource(zip_t *zip, zip_uint64_t index) : zip(zip), index(index) {}
  ~MemberSource() override { close(); }

  bool reopen(std::string &error) override {
    close();
    file = zip_fopen_index(zip, index, 0);
    if (!file)
      error = reason(zip_get_error(zip));
    return file;
  }
  int64_t read(std::byte *to, size_t bytes, std::string &error) override {
    zip_int64_t got = zip_fread(file, to, bytes);
    if (got < 0)
      error = reason(zip_file_get_error(file));
    return got;
  }

private:
  void close() {
    if (file)
      zip_fclose(file);
    file = nullptr;
  }

  zip_t *zip;
  zip_uint64_t index;
  zip_file_t *file = nullptr;
};

} // namespace

std::unique_ptr<NpyStream> NpzReader::stream(const std::string &name, std::string &error) const {
  auto found = std::find(archive->names.begin(), archive->names.end(), name);
  if (found == archive->names.end()) {
    error = "no array '" + name + "'";
    return nullptr;
  }
  auto source = std::make_unique<MemberSource>(archive->zip, found - archive->names.begin());
  std::unique_ptr<NpyStream> stream = NpyStream::open(std::move(source), error);
  if (!stream)
    error = "array '" + name + "': " + error;
  return stream;
}

std::optional<std::map<std::string, NpyArray>> readNpz(const std::string &path, std::string &error) {
  std::unique_ptr<NpzReader> reader = NpzReader::open(path, error);
  if (!reader)
    return std::nullopt;
  std::map<std::string, NpyArray> arrays;
  for (const std::string &name : reader->names()) {
    std::optional<NpyArray> array = reader->read(name, error);
    if (!array) {
      error = "'" + path + "': " + error;
      return std::nullopt;
    }
    if (!arrays.emplace(name, std::move(*array)).second) {
      error = "'" + path + "': two arrays are named '" + name + "'";
      return std::nullopt;
    }
  }
  return arrays;
}

namespace {

/// An archive that is written to memory.
class ArchiveWriter {
public:
  explicit ArchiveWriter(std::string &error) : error(error) {
    zip_error_init(&zipError);
    source = zip_source_buffer_create(nullptr, 0, 0, &zipError);
    zip = source ? zip_open_from_source(source, ZIP_TRUNCATE, &zipError) : nullptr;
    if (!zip) {
      error = reason(&zipError);
      zip_source_free(source);
      source = nullptr;
      return;
    }
    zip_source_keep(source); // survives the archive, to be read back
  }
  ~ArchiveWriter() {
    if (zip)
      zip_discard(zip);
    zip_source_free(source);
    zip_error_fini(&zipError);
  }

  bool add(const std::string &name, const std::string &bytes) {
    if (!zip)
      return false;
    zip_source_t *member = zip_source_buffer(zip, bytes.data(), bytes.size(), 0);
    zip_int64_t index = zip_file_add(zip, (name + ".npy").c_str(), member, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(member);
      return failed();
    }
    // 1980-01-01, the first date a zip file can hold.
    if (zip_set_file_compression(zip, index, ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(zip, index, 0, 0x0021, 0) != 0)
      return failed();
    return true;
  }

  std::optional<std::string> finish() {
    if (!zip)
      return std::nullopt;
    if (zip_close(zip) != 0) {
      failed();
      return std::nullopt;
    }
    zip = nullptr;
    std::string bytes;
    zip_stat_t stat;
    if (zip_source_stat(source, &stat) == 0 && zip_source_open(source) == 0) {
      bytes.resize(stat.size);
      bool whole = zip_source_read(source, bytes.data(), stat.size) == static_cast<zip_int64_t>(stat.size);
      zip_source_close(source);
      if (whole)
        return bytes;
    }
    error = reason(zip_source_error(source));
    return std::nullopt;
  }

private:
  bool failed() {
    error = reason(zip_get_error(zip));
    return false;
  }

  std::string &error;
  zip_error_t zipError;
  zip_source_t *source = nullptr;
  zip_t *zip = nullptr;
};

} // namespace

std::optional<std::string> formatNpz(const std::vector<std::pair<std::string, const NpyArray *>> &arrays,
                                     std::string &error) {
  std::vector<std::string> members; // alive until the archive is written
  members.reserve(arrays.size());
  ArchiveWriter writer(error);
  for (const auto &[name, array] : arrays) {
    members.push_back(formatNpy(*array));
    if (!writer.add(name, members.back()))
      return std::nullopt;
  }
  return writer.finish();
}

} // namespace quern
