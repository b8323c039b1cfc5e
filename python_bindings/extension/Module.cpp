// The extension module quern._quern: the C interface of the compiler, a function each. What users see is
// written in Python (python_bindings/quern).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "python_bindings/extension/Arrays.h"
#include "python_bindings/extension/Caller.h"
#include "quern/Compiler.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <memory>

namespace nb = nanobind;
using namespace nb::literals;

namespace quern::python {

using Options = std::vector<std::pair<std::string, std::string>>;
using Result = std::pair<int, std::optional<nb::bytes>>;
using NamedArrays = std::vector<std::pair<std::string, nb::object>>;
using TensorTuple = std::tuple<std::string, int, std::vector<int64_t>>;

static Result toResult(quern_outcome outcome, quern_bytes *bytes) {
  std::unique_ptr<quern_bytes, decltype(&quern_bytes_destroy)> owned(bytes, quern_bytes_destroy);
  if (!owned)
    return {outcome, std::nullopt};
  return {outcome, nb::bytes(quern_bytes_data(bytes), quern_bytes_size(bytes))};
}

/// A Python object with `next() -> dict[str, array] | None` and `rewind()`.
class Reader {
public:
  Reader(nb::object object, int64_t count, Caller &caller)
      : object(std::move(object)), caller(caller), reader{sizeof(quern_reader), this, next, rewind, count} {}
  Reader(const Reader &) = delete;
  Reader &operator=(const Reader &) = delete;

  const quern_reader *get() const { return &reader; }

private:
  static int32_t next(void *context, const quern_array **arrays, size_t *count) {
    auto *self = static_cast<Reader *>(context);
    return self->caller.guard(/*otherwise: failed*/ -1, [&] {
      nb::object item = self->object.attr("next")();
      self->arrays.clear();
      if (item.is_none())
        return 0;
      for (auto [name, array] : nb::cast<nb::dict>(item))
        self->arrays.add(nb::cast<std::string>(name), array, /*isWritten=*/false);
      const std::vector<quern_array> &described = self->arrays.describe();
      *arrays = described.data();
      *count = described.size();
      return 1;
    });
  }
  static int32_t rewind(void *context) {
    auto *self = static_cast<Reader *>(context);
    return self->caller.guard(-1, [&] {
      self->object.attr("rewind")();
      return 0;
    });
  }

  nb::object object;
  Caller &caller;
  Arrays arrays;
  quern_reader reader;
};

static Result compile(const std::string &model, const std::optional<std::string> &output,
                      const Options &options, nb::object samples, int64_t count, nb::object message,
                      nb::object progress) {
  std::vector<quern_option> pairs;
  pairs.reserve(options.size());
  for (const auto &[name, value] : options)
    pairs.push_back({name.c_str(), value.c_str()});
  Caller caller(std::move(message), std::move(progress));
  bool hasReader = !samples.is_none();
  Reader reader(std::move(samples), count, caller);
  quern_bytes *bytes = nullptr;
  quern_outcome outcome = caller.run([&] {
    return quern_compile(model.c_str(), output ? output->c_str() : nullptr, pairs.data(), pairs.size(),
                         hasReader ? reader.get() : nullptr, caller.getListener(), output ? nullptr : &bytes);
  });
  return toResult(outcome, bytes);
}

/// One of the functions quern_merge_*.
template <auto merge> static Result mergeParts(const std::vector<std::string> &parts, nb::object message) {
  std::vector<const char *> texts;
  texts.reserve(parts.size());
  for (const std::string &text : parts)
    texts.push_back(text.c_str());
  Caller caller(std::move(message), nb::none());
  quern_bytes *bytes = nullptr;
  quern_outcome outcome =
      caller.run([&] { return merge(texts.data(), texts.size(), caller.getListener(), &bytes); });
  return toResult(outcome, bytes);
}

static Result runPipeline(const std::string &module, const std::string &pipeline, nb::object message) {
  Caller caller(std::move(message), nb::none());
  quern_bytes *bytes = nullptr;
  quern_outcome outcome = caller.run(
      [&] { return quern_run_pipeline(module.c_str(), pipeline.c_str(), caller.getListener(), &bytes); });
  return toResult(outcome, bytes);
}

static std::vector<std::tuple<std::string, std::string, std::string>> listNames(int list) {
  std::vector<std::tuple<std::string, std::string, std::string>> entries;
  auto which = static_cast<quern_list>(list);
  for (size_t index = 0; index < quern_list_size(which); ++index) {
    const quern_entry *entry = quern_list_entry(which, index);
    entries.emplace_back(entry->name, entry->value, entry->description);
  }
  return entries;
}

/// A quern_session.
class Session {
public:
  explicit Session(quern_session *session) : session(session, quern_session_close) {}

  static std::pair<int, std::unique_ptr<Session>> open(const std::string &path, int32_t threads,
                                                       nb::object message) {
    Caller caller(std::move(message), nb::none());
    quern_session *session = nullptr;
    quern_outcome outcome =
        caller.run([&] { return quern_session_open(path.c_str(), threads, caller.getListener(), &session); });
    return {outcome, session ? std::make_unique<Session>(session) : nullptr};
  }

  std::vector<TensorTuple> inputs() const { return describe(model().inputs, model().input_count); }
  std::vector<TensorTuple> outputs() const { return describe(model().outputs, model().output_count); }
  std::string manifest() const { return model().manifest; }

  int run(const NamedArrays &inputs, const NamedArrays &outputs, nb::object message) {
    Arrays read, written;
    for (const auto &[name, array] : inputs)
      read.add(name, array, /*isWritten=*/false);
    for (const auto &[name, array] : outputs)
      written.add(name, array, /*isWritten=*/true);
    const std::vector<quern_array> &from = read.describe(), &to = written.describe();
    Caller caller(std::move(message), nb::none());
    return caller.run([&] {
      return quern_session_run(session.get(), from.data(), from.size(), to.data(), to.size(),
                               caller.getListener());
    });
  }

private:
  const quern_model &model() const { return *quern_session_model(session.get()); }

  static std::vector<TensorTuple> describe(const quern_tensor_info *infos, uint32_t count) {
    std::vector<TensorTuple> tuples;
    for (const quern_tensor_info *info = infos; info != infos + count; ++info)
      tuples.emplace_back(info->name, info->element_type,
                          std::vector<int64_t>(info->shape, info->shape + info->rank));
    return tuples;
  }

  std::unique_ptr<quern_session, decltype(&quern_session_close)> session;
};

} // namespace quern::python

using namespace quern::python;

NB_MODULE(_quern, module) {
  module.doc() = "The C interface of the compiler (include/quern/Compiler.h). Outcomes: 0 done, 1 refused, 2 "
                 "wrong usage.";
  module.def("version", &quern_version);
  module.def("compile", &compile, "model"_a, "output"_a.none(), "options"_a, "samples"_a.none(), "count"_a,
             "message"_a, "progress"_a.none(), "Outcome, and the output's bytes if it has no path.");
  module.def("merge_statistics", &mergeParts<quern_merge_statistics>, "statistics"_a, "message"_a);
  module.def("merge_sensitivities", &mergeParts<quern_merge_sensitivities>, "tables"_a, "message"_a);
  module.def("run_pipeline", &runPipeline, "module"_a, "pipeline"_a, "message"_a);
  module.def("list_names", &listNames, "list"_a, "(name, value, description) of each entry of a list.");
  nb::class_<Session>(module, "Session")
      .def_static("open", &Session::open, "path"_a, "threads"_a, "message"_a)
      .def("inputs", &Session::inputs, "(name, ONNX element type, shape) of each.")
      .def("outputs", &Session::outputs)
      .def("manifest", &Session::manifest)
      .def("run", &Session::run, "inputs"_a, "outputs"_a, "message"_a);
}
