// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Tool/DataFiles.h"

#include "lib/Runtime/TensorProto.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace quern {
namespace {

namespace fs = std::filesystem;

std::string quoteList(const std::vector<TensorInfo> &infos) {
  std::string list;
  for (const TensorInfo &info : infos)
    list += (list.empty() ? "'" : ", '") + info.name + "'";
  return list.empty() ? "none" : list;
}

std::string unknownInput(const LoadedModel &model, const std::string &name) {
  return "the model has no input '" + name + "'; it has " + quoteList(model.inputs());
}

std::optional<size_t> findTensor(const std::vector<TensorInfo> &infos, const std::string &name) {
  for (size_t index = 0; index < infos.size(); ++index)
    if (infos[index].name == name)
      return index;
  return std::nullopt;
}

std::string describe(const TensorInfo &info, const std::vector<int64_t> &shape) {
  return describeType(ElementType(info.elementType), shape);
}

void checkType(const std::string &what, const TensorInfo &info, const std::vector<int64_t> &shape,
               const NpyArray &array, Complaints &complaints) {
  if (static_cast<int32_t>(array.type) != info.elementType || array.shape != shape)
    complaints.push_back(what + ": expected " + describe(info, shape) + ", got " +
                         describeType(array.type, array.shape));
}

/// The input that an argument NAME=FILE names. Names may hold '=' themselves.
std::optional<size_t> matchInput(const std::vector<TensorInfo> &inputs, const std::string &argument) {
  std::optional<size_t> best;
  for (size_t index = 0; index < inputs.size(); ++index)
    if (argument.starts_with(inputs[index].name + "=") &&
        (!best || inputs[index].name.size() > inputs[*best].name.size()))
      best = index;
  return best;
}

std::optional<std::string> readBytes(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return std::nullopt;
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return file.bad() ? std::nullopt : std::optional(std::move(bytes));
}

} // namespace

std::vector<NpyArray> readInputs(const LoadedModel &model, const std::vector<std::string> &arguments,
                                 Complaints &complaints) {
  const std::vector<TensorInfo> &inputs = model.inputs();
  std::vector<std::optional<NpyArray>> found(inputs.size());
  for (const std::string &argument : arguments) {
    std::optional<size_t> index = matchInput(inputs, argument);
    if (!index) {
      complaints.push_back(unknownInput(model, argument.substr(0, argument.find('='))));
      continue;
    }
    const TensorInfo &info = inputs[*index];
    if (found[*index]) {
      complaints.push_back("input '" + info.name + "' is given twice");
      continue;
    }
    std::string error;
    std::optional<NpyArray> array = readNpy(argument.substr(info.name.size() + 1), error);
    if (array)
      checkType("input '" + info.name + "'", info, info.shape, *array, complaints);
    else
      complaints.push_back("input '" + info.name + "': " + error);
    found[*index] = array ? std::move(*array) : NpyArray();
  }
  std::vector<NpyArray> arrays;
  for (size_t index = 0; index < inputs.size(); ++index) {
    if (std::optional<NpyArray> &array = found[index])
      arrays.push_back(std::move(*array));
    else
      complaints.push_back("input '" + inputs[index].name + "' is missing: expected " +
                           describe(inputs[index], inputs[index].shape));
  }
  return arrays;
}

/// The arrays of a .npz, or the one array of a .npy under the name of the model's only input.
static std::optional<std::map<std::string, NpyArray>>
readArrays(const LoadedModel &model, const std::string &path, std::string &error) {
  if (!path.ends_with(".npy"))
    return readNpz(path, error);
  if (model.inputs().size() != 1) {
    error = "'" + path + "': a model with several inputs needs a .npz file with " + quoteList(model.inputs());
    return std::nullopt;
  }
  std::optional<NpyArray> array = readNpy(path, error);
  if (!array)
    return std::nullopt;
  std::map<std::string, NpyArray> arrays;
  arrays.emplace(model.inputs()[0].name, std::move(*array));
  return arrays;
}

std::vector<NpyArray> readSamples(const LoadedModel &model, const std::string &path, int64_t &count,
                                  Complaints &complaints) {
  std::string error;
  std::optional<std::map<std::string, NpyArray>> arrays = readArrays(model, path, error);
  if (!arrays) {
    complaints.push_back(error);
    return {};
  }
  for (const auto &[name, array] : *arrays)
    if (!findTensor(model.inputs(), name))
      complaints.push_back("'" + path + "': " + unknownInput(model, name));

  count = -1;
  std::vector<NpyArray> samples;
  for (const TensorInfo &info : model.inputs()) {
    auto found = arrays->find(info.name);
    if (found == arrays->end()) {
      complaints.push_back("'" + path + "': input '" + info.name + "' is missing");
      continue;
    }
    NpyArray &array = found->second;
    int64_t length = array.shape.empty() ? -1 : array.shape[0];
    std::vector<int64_t> expected = info.shape;
    expected.insert(expected.begin(), length < 0 ? 1 : length);
    checkType("input '" + info.name + "', of samples", info, expected, array, complaints);
    if (count >= 0 && length >= 0 && length != count)
      complaints.push_back("'" + path + "': input '" + info.name + "' has " + std::to_string(length) +
                           " samples, the input before it " + std::to_string(count));
    count = count < 0 ? length : count;
    samples.push_back(std::move(array));
  }
  return samples;
}

/// Reads PREFIX_0.pb, PREFIX_1.pb, ... A tensor belongs to the value of its name, or of its number.
std::vector<NpyArray> readExpected(const LoadedModel &model, const std::string &path, int64_t count,
                                   Complaints &complaints) {
  std::string error;
  std::optional<std::map<std::string, NpyArray>> arrays = readNpz(path, error);
  if (!arrays) {
    complaints.push_back(error);
    return {};
  }
  std::vector<NpyArray> expected;
  for (const TensorInfo &info : model.outputs()) {
    auto found = arrays->find(info.name);
    if (found == arrays->end()) {
      complaints.push_back("'" + path + "': output '" + info.name + "' is missing");
      continue;
    }
    std::vector<int64_t> shape = info.shape;
    shape.insert(shape.begin(), count);
    checkType("output '" + info.name + "', of samples", info, shape, found->second, complaints);
    expected.push_back(std::move(found->second));
  }
  return expected;
}

static std::vector<NpyArray> readTensors(const std::vector<TensorInfo> &infos, const fs::path &folder,
                                         const std::string &prefix, Complaints &complaints) {
  std::vector<NpyArray> arrays(infos.size());
  std::vector<bool> found(infos.size());
  for (size_t number = 0; number < infos.size(); ++number) {
    fs::path path = folder / (prefix + "_" + std::to_string(number) + ".pb");
    std::optional<std::string> bytes = readBytes(path);
    std::string error = bytes ? "" : "cannot read it";
    std::optional<NamedTensor> tensor = bytes ? parseTensorProto(*bytes, error) : std::nullopt;
    if (!tensor) {
      complaints.push_back("'" + path.string() + "': " + error);
      continue;
    }
    size_t index = findTensor(infos, tensor->name).value_or(number);
    const TensorInfo &info = infos[index];
    checkType("'" + path.string() + "', " + prefix + " '" + info.name + "'", info, info.shape, tensor->array,
              complaints);
    if (found[index])
      complaints.push_back("'" + path.string() + "': " + prefix + " '" + info.name + "' is given twice");
    found[index] = true;
    arrays[index] = std::move(tensor->array);
  }
  return arrays;
}

TestData readTestData(const LoadedModel &model, const std::string &folder, Complaints &complaints) {
  std::error_code code;
  if (!fs::is_directory(folder, code)) {
    complaints.push_back("'" + folder + "' is no folder");
    return {};
  }
  return {readTensors(model.inputs(), folder, "input", complaints),
          readTensors(model.outputs(), folder, "output", complaints)};
}

static bool writeThrough(int file, const std::string &bytes) {
  for (size_t at = 0; at < bytes.size();) {
    ssize_t written = ::write(file, bytes.data() + at, bytes.size() - at);
    if (written < 0 && errno != EINTR)
      return false;
    at += written > 0 ? written : 0;
  }
  return true;
}

bool writeFile(const std::string &path, const std::string &bytes, std::string &error) {
  struct stat status;
  bool isSpecial = stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
  std::string temporary = path + ".XXXXXX";
  int file = -1;
  if (isSpecial) {
    FILE *stream = std::fopen(path.c_str(), "wb");
    file = stream ? dup(fileno(stream)) : -1;
    if (stream)
      std::fclose(stream);
  } else {
    file = mkstemp(temporary.data());
  }
  bool written = file >= 0 && writeThrough(file, bytes);
  if (written && !isSpecial) {
    mode_t mask = umask(0);
    umask(mask);
    written = fchmod(file, 0666 & ~mask) == 0 && std::rename(temporary.c_str(), path.c_str()) == 0;
  }
  if (!written)
    error = "cannot write '" + path + "': " + std::strerror(errno);
  if (file >= 0) {
    if (!written && !isSpecial)
      unlink(temporary.c_str());
    close(file);
  }
  return written;
}

std::string toFileName(const std::string &valueName) {
  constexpr size_t kLongest = 200;
  std::string name;
  for (char c : valueName) {
    auto code = static_cast<unsigned char>(c);
    bool plain =
        code > 0x20 && code != 0x7F && c != '/' && c != '\\' && c != '%' && !(c == '.' && name.empty());
    char escaped[4];
    std::snprintf(escaped, sizeof(escaped), "%%%02X", code);
    name += plain ? std::string(1, c) : escaped;
  }
  if (name.size() <= kLongest)
    return name.empty() ? "%" : name;
  char checksum[16];
  std::snprintf(checksum, sizeof(checksum), "%%%08lx",
                crc32(0, reinterpret_cast<const Bytef *>(valueName.data()), valueName.size()));
  return name.substr(0, kLongest) + checksum;
}

} // namespace quern
