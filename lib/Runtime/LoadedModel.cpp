// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/LoadedModel.h"

#include "lib/Runtime/Artefact.h"
#include "lib/Runtime/CpuFeatures.h"
#include "lib/Runtime/Json.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace quern {
namespace {

/// The bytes of a file, mapped for reading.
class MappedFile {
public:
  MappedFile(const std::string &path, std::string &error) {
    int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
      error = std::strerror(errno);
    } else if (!S_ISREG(status.st_mode)) {
      error = "not a regular file";
    } else if (status.st_size == 0) {
      error = "the file is empty";
    } else {
      void *mapped = mmap(nullptr, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
      if (mapped == MAP_FAILED)
        error = std::strerror(errno);
      else
        data = std::string_view(static_cast<const char *>(mapped), status.st_size);
    }
    if (file >= 0)
      close(file);
  }
  ~MappedFile() {
    if (!data.empty())
      munmap(const_cast<char *>(data.data()), data.size());
  }
  std::string_view bytes() const { return data; }

private:
  std::string_view data;
};

/// dlopen under a name that no loaded file has: through a link in a folder of its own.
void *openThroughLink(const std::string &path, std::string &error) {
  std::error_code code;
  std::filesystem::path target = std::filesystem::absolute(path, code);
  std::string folder = std::filesystem::temp_directory_path(code) / "quern-XXXXXX";
  if (code || !mkdtemp(folder.data())) {
    error = "another file of this name is loaded, and there is no folder for temporary files to load this "
            "one from";
    return nullptr;
  }
  std::string link = folder + "/model.so";
  std::filesystem::create_symlink(target, link, code);
  void *handle = dlopen(link.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    error = dlerror();
  std::filesystem::remove_all(folder, code);
  return handle;
}

/// dlopen, which takes a file for one that it has loaded if their names are equal, also when the file was
/// replaced.
void *openCode(const std::string &path, std::string &error) {
  // A path without a slash would be searched in the system's folders.
  std::string local = path.find('/') == std::string::npos ? "./" + path : path;
  if (void *loaded = dlopen(local.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD)) {
    dlclose(loaded);
    return openThroughLink(path, error);
  }
  void *handle = dlopen(local.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    error = dlerror();
  return handle;
}

/// Features that the manifest requires and this machine lacks, as one text.
std::string missingFeatures(const Json &manifest) {
  std::string missing;
  for (const Json &feature : manifest["cpu_features"].elements)
    if (!hostHasCpuFeature(feature.text))
      missing += (missing.empty() ? "" : ", ") + feature.text;
  return missing;
}

std::vector<TensorInfo> copyInfos(const quern_tensor_info *infos, uint32_t count) {
  std::vector<TensorInfo> copies;
  for (const quern_tensor_info *info = infos; info != infos + count; ++info)
    copies.push_back(
        {info->name, info->element_type, std::vector<int64_t>(info->shape, info->shape + info->rank)});
  return copies;
}

} // namespace

size_t TensorInfo::bytes() const {
  constexpr int32_t kBFloat16 = 16;
  size_t bytes = elementType == kBFloat16 ? 2 : std::max<size_t>(elementBytes(ElementType(elementType)), 1);
  for (int64_t extent : shape)
    bytes *= extent;
  return bytes;
}

LoadedModel::LoadedModel(const quern_model *model, std::shared_ptr<void> code)
    : model(model), code(std::move(code)), inputInfos(copyInfos(model->inputs, model->input_count)),
      outputInfos(copyInfos(model->outputs, model->output_count)) {}

LoadedModel::~LoadedModel() {
  if (workspace)
    model->destroy(workspace);
  std::free(workspace);
}

std::unique_ptr<LoadedModel> LoadedModel::create(const quern_model *model, std::shared_ptr<void> code,
                                                 std::string &error) {
  if (model->abi_version != QUERN_ABI_VERSION) {
    error = "its interface has version " + std::to_string(model->abi_version) +
            ", this program reads version " + std::to_string(QUERN_ABI_VERSION);
    return nullptr;
  }
  std::unique_ptr<LoadedModel> loaded(new LoadedModel(model, std::move(code)));
  uint64_t alignment = std::max<uint64_t>(model->workspace_alignment, sizeof(void *));
  uint64_t bytes = std::max<uint64_t>(model->workspace_bytes, 1);
  if (!loaded->findCounters()) {
    error = "damaged: the counters of its profile lie outside of its workspace";
    return nullptr;
  }
  if (posix_memalign(&loaded->workspace, alignment, bytes) != 0) {
    loaded->workspace = nullptr;
    error = "no memory for a workspace of " + std::to_string(bytes) + " bytes";
    return nullptr;
  }
  if (int32_t status = model->init(loaded->workspace)) {
    error = "cannot initialize: " + loaded->errorText(status);
    return nullptr;
  }
  return loaded;
}

std::unique_ptr<LoadedModel> LoadedModel::open(const std::string &path, std::string &error) {
  std::string reason;
  auto fail = [&](const std::string &why) {
    error = "'" + path + "': " + why;
    return nullptr;
  };
  MappedFile file(path, reason);
  if (!reason.empty())
    return fail(reason);
  std::optional<std::string> text = readManifest(file.bytes(), reason);
  if (!text)
    return fail(reason);
  std::optional<Json> manifest = parseJson(*text);
  if (!manifest)
    return fail("damaged: the manifest is not JSON");
  if ((*manifest)["abi_version"].text != std::to_string(QUERN_ABI_VERSION))
    return fail("its interface has version " + (*manifest)["abi_version"].text +
                ", this program reads version " + std::to_string(QUERN_ABI_VERSION));
  if (std::string missing = missingFeatures(*manifest); !missing.empty())
    return fail("needs CPU features that this machine lacks: " + missing);

  void *handle = openCode(path, reason);
  if (!handle)
    return fail(reason);
  std::shared_ptr<void> code(handle, [](void *opened) { dlclose(opened); });
  auto get = reinterpret_cast<quern_model_get_function>(dlsym(handle, "quern_model_get"));
  if (!get)
    return fail("not a model compiled by Quern: it has no quern_model_get");
  std::unique_ptr<LoadedModel> loaded = create(get(), std::move(code), reason);
  return loaded ? std::move(loaded) : fail(reason);
}

int32_t LoadedModel::run(const void *const *inputs, void *const *outputs, const quern_parallel *parallel) {
  return model->run(inputs, outputs, workspace, parallel);
}

std::optional<std::vector<NpyArray>> LoadedModel::run(const std::vector<const NpyArray *> &inputs,
                                                      std::string &error, const quern_parallel *parallel) {
  if (inputs.size() != inputInfos.size()) {
    error = "expected " + std::to_string(inputInfos.size()) + " inputs, got " + std::to_string(inputs.size());
    return std::nullopt;
  }
  std::vector<const void *> inputData;
  for (size_t index = 0; index < inputInfos.size(); ++index) {
    const TensorInfo &info = inputInfos[index];
    const NpyArray &array = *inputs[index];
    if (static_cast<int32_t>(array.type) != info.elementType || array.shape != info.shape) {
      error = "input '" + info.name + "': expected " +
              describeType(ElementType(info.elementType), info.shape) + ", got " +
              describeType(array.type, array.shape);
      return std::nullopt;
    }
    inputData.push_back(array.data.data());
  }
  std::vector<NpyArray> outputs(outputInfos.size());
  std::vector<void *> outputData;
  for (size_t index = 0; index < outputInfos.size(); ++index) {
    outputs[index].type = ElementType(outputInfos[index].elementType);
    outputs[index].shape = outputInfos[index].shape;
    outputs[index].data.resize(outputInfos[index].bytes());
    outputData.push_back(outputs[index].data.data());
  }
  if (int32_t status = run(inputData.data(), outputData.data(), parallel)) {
    error = errorText(status);
    return std::nullopt;
  }
  return outputs;
}

bool LoadedModel::findCounters() {
  std::optional<Json> manifest = parseJson(model->manifest);
  if (!manifest || (*manifest)["profile"].kind != Json::Kind::Object)
    return true;
  const Json &profile = (*manifest)["profile"];
  nodes.emplace();
  for (const Json &node : profile["nodes"].elements)
    nodes->push_back(node.text);
  const std::string &offset = profile["offset"].text;
  auto [end, code] = std::from_chars(offset.data(), offset.data() + offset.size(), countersOffset);
  return code == std::errc() && end == offset.data() + offset.size() &&
         countersOffset <= model->workspace_bytes &&
         nodes->size() <= (model->workspace_bytes - countersOffset) / sizeof(uint64_t);
}

std::vector<uint64_t> LoadedModel::nodeTimes() const {
  std::vector<uint64_t> times(nodes ? nodes->size() : 0);
  if (!times.empty())
    std::memcpy(times.data(), static_cast<const std::byte *>(workspace) + countersOffset,
                times.size() * sizeof(uint64_t));
  return times;
}

std::string LoadedModel::errorText(int32_t status) const {
  std::optional<Json> json = parseJson(model->manifest);
  if (json && status > 0 && static_cast<size_t>(status) <= (*json)["errors"].elements.size())
    return (*json)["errors"].elements[status - 1].text;
  return "error " + std::to_string(status);
}

} // namespace quern
