// quern_session: running a compiled model on the caller's memory.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/CAPI/Listener.h"
#include "lib/Runtime/LoadedModel.h"
#include "lib/Runtime/ThreadPool.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <mutex>

using namespace quern;

struct quern_session {
  quern_session(std::unique_ptr<LoadedModel> model, int32_t threads)
      : model(std::move(model)), pool(threads) {}

  std::unique_ptr<LoadedModel> model;
  ThreadPool pool;
  std::mutex running;
};

static std::string describeInfo(const TensorInfo &info) {
  return describeType(ElementType(info.elementType), info.shape);
}

/// "'x' (1x640xfloat32)", comma-separated.
static std::string listInfos(llvm::ArrayRef<TensorInfo> infos) {
  std::vector<std::string> texts;
  for (const TensorInfo &info : infos)
    texts.push_back("'" + info.name + "' (" + describeInfo(info) + ")");
  return texts.empty() ? "none" : llvm::join(texts, ", ");
}

/// The data of each of the model's inputs or outputs, null for those that `arrays` do not have; what is wrong
/// with an array is added to `problems`.
static std::vector<void *> matchArrays(llvm::StringRef kind, llvm::ArrayRef<TensorInfo> infos,
                                       llvm::ArrayRef<quern_array> arrays,
                                       std::vector<std::string> &problems) {
  std::vector<void *> data(infos.size());
  for (const quern_array &array : arrays) {
    std::string name = array.name;
    const TensorInfo *info =
        llvm::find_if(infos, [&](const TensorInfo &candidate) { return candidate.name == name; });
    if (info == infos.end()) {
      problems.push_back("the model has no " + kind.str() + " '" + name + "'; it has " + listInfos(infos));
      continue;
    }
    std::vector<int64_t> shape(array.shape, array.shape + array.rank);
    if (array.element_type != info->elementType || shape != info->shape)
      problems.push_back(kind.str() + " '" + name + "': expected " + describeInfo(*info) + ", got " +
                         describeType(ElementType(array.element_type), shape));
    void *&place = data[info - infos.begin()];
    if (place)
      problems.push_back(kind.str() + " '" + name + "' is given twice");
    static char nothing; // a tensor without elements may have no address
    place = array.data ? array.data : &nothing;
  }
  return data;
}

/// Adds a problem for each output whose memory is also that of another array.
static void checkApart(llvm::ArrayRef<quern_array> inputs, llvm::ArrayRef<quern_array> outputs,
                       std::vector<std::string> &problems) {
  auto range = [](const quern_array &array) {
    TensorInfo info{"", array.element_type, std::vector<int64_t>(array.shape, array.shape + array.rank)};
    auto begin = reinterpret_cast<uintptr_t>(array.data);
    return std::pair(begin, begin + info.bytes());
  };
  for (const quern_array &output : outputs)
    for (const quern_array &other : llvm::concat<const quern_array>(inputs, outputs)) {
      auto [begin, end] = range(output);
      auto [otherBegin, otherEnd] = range(other);
      if (&other != &output && begin < otherEnd && otherBegin < end)
        problems.push_back("output '" + std::string(output.name) + "' lies in the memory of '" + other.name +
                           "'");
    }
}

static quern_outcome run(quern_session &session, llvm::ArrayRef<quern_array> inputs,
                         llvm::ArrayRef<quern_array> outputs, const CallerListener &listener) {
  LoadedModel &model = *session.model;
  std::vector<std::string> problems;
  std::vector<void *> inputData = matchArrays("input", model.inputs(), inputs, problems);
  std::vector<void *> outputData = matchArrays("output", model.outputs(), outputs, problems);
  for (auto [data, info] : llvm::zip_equal(inputData, model.inputs()))
    if (!data)
      problems.push_back("input '" + info.name + "' is missing: expected " + describeInfo(info));
  if (problems.empty())
    checkApart(inputs, outputs, problems);
  if (!problems.empty()) {
    listener.refuse(llvm::join(problems, "\n"));
    return QUERN_WRONG_USAGE;
  }
  std::vector<std::unique_ptr<std::byte[]>> unwanted;
  for (auto [data, info] : llvm::zip_equal(outputData, model.outputs()))
    if (!data)
      data = unwanted.emplace_back(std::make_unique_for_overwrite<std::byte[]>(info.bytes())).get();
  std::lock_guard lock(session.running);
  int32_t status = model.run(inputData.data(), outputData.data(), session.pool.parallel());
  return status ? listener.refuse(model.errorText(status)) : QUERN_DONE;
}

quern_outcome quern_session_open(const char *path, int32_t threads, const quern_listener *caller,
                                 quern_session **session) {
  CallerListener listener(caller);
  return guard(listener, [&] {
    if (threads < 1) {
      listener.refuse("a model runs on at least 1 thread, not " + std::to_string(threads));
      return QUERN_WRONG_USAGE;
    }
    std::string error;
    std::unique_ptr<LoadedModel> model = LoadedModel::open(path, error);
    if (!model)
      return listener.refuse(error);
    *session = new quern_session(std::move(model), threads);
    return QUERN_DONE;
  });
}

void quern_session_close(quern_session *session) { delete session; }

const quern_model *quern_session_model(const quern_session *session) {
  return &session->model->description();
}

quern_outcome quern_session_run(quern_session *session, const quern_array *inputs, size_t input_count,
                                const quern_array *outputs, size_t output_count,
                                const quern_listener *caller) {
  CallerListener listener(caller);
  return guard(listener, [&] {
    return run(*session, llvm::ArrayRef(inputs, input_count), llvm::ArrayRef(outputs, output_count),
               listener);
  });
}
