// The C interface, used as from outside.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "quern/Compiler.h"

#include "lib/Support/Npy.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace quern;

extern "C" int compileWithoutListener(const char *model);

namespace {
constexpr const char *kModel = QUERN_DEMO "/digits.onnx", *kData = QUERN_DEMO "/calibration.npz";

/// What a call told.
struct Heard {
  std::string messages; ///< of errors, a line each
  std::string progress;
  std::string stopAt; ///< the first step of this asks to stop
  quern_listener listener = {sizeof(quern_listener), this, hearMessage, hearProgress};

  static void hearMessage(void *context, quern_severity severity, const char *text) {
    if (severity == QUERN_ERROR)
      static_cast<Heard *>(context)->messages += std::string(text) + "\n";
  }
  static int32_t hearProgress(void *context, const char *what, int64_t done, int64_t total) {
    auto *heard = static_cast<Heard *>(context);
    heard->progress += what + std::string(" ") + std::to_string(done) + "/" + std::to_string(total) + "; ";
    return heard->stopAt == what;
  }
};

/// The demo's samples, one item each.
struct Samples {
  NpyArray images;
  int64_t position = 0, shape[4] = {1, 1, 8, 8};
  int rewinds = 0;
  quern_array array;
  quern_reader reader = {sizeof(quern_reader), this, next, rewind, -1};

  Samples() {
    std::string error;
    images = readNpz(kData, error)->at("image");
    array = {"image", images.type == ElementType::Float32 ? 1 : 0, 4, shape, nullptr};
  }
  static int32_t next(void *context, const quern_array **arrays, size_t *count) {
    auto *samples = static_cast<Samples *>(context);
    if (samples->position == samples->images.shape[0])
      return 0;
    samples->array.data = samples->images.data.data() + samples->position++ * 64 * sizeof(float);
    *arrays = &samples->array;
    *count = 1;
    return 1;
  }
  static int32_t rewind(void *context) {
    auto *samples = static_cast<Samples *>(context);
    ++samples->rewinds;
    samples->position = 0;
    return 0;
  }
};

std::string take(quern_bytes *bytes) {
  std::string text(quern_bytes_data(bytes), quern_bytes_size(bytes));
  quern_bytes_destroy(bytes);
  return text;
}

std::string compileInMemory(std::vector<quern_option> options, const quern_reader *reader = nullptr) {
  Heard heard;
  quern_bytes *bytes = nullptr;
  options.insert(options.end(), {{"O", "0"}, {"target", "reference"}}); // what is compiled soonest
  quern_outcome outcome =
      quern_compile(kModel, nullptr, options.data(), options.size(), reader, &heard.listener, &bytes);
  EXPECT_EQ(outcome, QUERN_DONE) << heard.messages;
  return outcome == QUERN_DONE ? take(bytes) : "";
}

/// A folder that goes with the test.
struct Folder {
  Folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "quern-XXXXXX";
    path = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string &name) const { return path / name; }
  bool isEmpty() const { return std::filesystem::is_empty(path); }
  std::filesystem::path path;
};
} // namespace

TEST(CompilerCAPI, AReaderGivesTheBytesOfAFile) {
  Samples samples;
  quern_option scheme = {"quantize", "W8A8"}, method = {"method", "none"};
  std::string fromReader = compileInMemory({scheme, method}, &samples.reader);
  EXPECT_EQ(fromReader, compileInMemory({scheme, method, {"calibration_data", kData}}));
  EXPECT_EQ(fromReader.substr(1, 3), "ELF");
}

TEST(CompilerCAPI, AReaderIsRewoundBeforeItIsReadAgain) {
  Samples samples;
  compileInMemory({{"quantize", "W8A8"}, {"method", "smoothquant"}}, &samples.reader);
  EXPECT_EQ(samples.rewinds, 1); // ranges, then rows
}

TEST(CompilerCAPI, ASessionRunsOnTheCallersMemory) {
  Folder folder;
  std::ofstream(folder.file("m.so"), std::ios::binary) << compileInMemory({});
  Heard heard;
  quern_session *session = nullptr;
  ASSERT_EQ(quern_session_open(folder.file("m.so").c_str(), 2, &heard.listener, &session), QUERN_DONE)
      << heard.messages;
  const quern_model *model = quern_session_model(session);
  ASSERT_EQ(model->output_count, 1u);
  EXPECT_STREQ(model->outputs[0].name, "probability");

  Samples samples;
  int64_t shape[] = {1, 10}, wrong[] = {1, 11};
  float probability[11] = {};
  samples.array.data = samples.images.data.data();
  quern_array output = {"probability", 1, 2, shape, probability};
  EXPECT_EQ(quern_session_run(session, &samples.array, 1, &output, 1, &heard.listener), QUERN_DONE);
  float sum = 0;
  for (float value : probability)
    sum += value;
  EXPECT_NEAR(sum, 1, 1e-5);

  output.shape = wrong;
  EXPECT_EQ(quern_session_run(session, nullptr, 0, &output, 1, &heard.listener), QUERN_WRONG_USAGE);
  EXPECT_EQ(heard.messages, "output 'probability': expected 1x10xfloat32, got 1x11xfloat32\n"
                            "input 'image' is missing: expected 1x1x8x8xfloat32\n");
  quern_session_close(session);
}

TEST(CompilerCAPI, AllMistakesAreTold) {
  Heard heard;
  quern_option options[] = {{"group-size", "none"}, {"colour", "red"}, {"o", "x"}};
  EXPECT_EQ(quern_compile(kModel, nullptr, options, 3, nullptr, &heard.listener, nullptr), QUERN_WRONG_USAGE);
  EXPECT_EQ(heard.messages, "'o' is no option of a compilation\n"
                            "unknown flag '--colour'\n"
                            "--group-size=none: expected a positive size, or -1 for one scale per channel\n"
                            "no output given, neither a path nor a place in memory\n");
  EXPECT_EQ(compileWithoutListener("no-such-model.onnx"), QUERN_REFUSED);

  Heard missing;
  quern_option nothing[] = {{"quantize", nullptr}, {nullptr, "W8A8"}};
  quern_bytes *bytes = nullptr;
  EXPECT_EQ(quern_compile(nullptr, nullptr, nothing, 2, nullptr, &missing.listener, &bytes),
            QUERN_WRONG_USAGE);
  EXPECT_EQ(missing.messages, "an option has no value: quantize\nan option has no name\n"
                              "no model given; usage: quernc model.onnx -o model.so (see --help)\n");
}

TEST(CompilerCAPI, BadSamplesAreRefused) {
  Folder folder;
  quern_option scheme = {"quantize", "W8A8"};
  auto refuse = [&](Samples &samples) {
    Heard heard;
    EXPECT_EQ(quern_compile(kModel, folder.file("m.so").c_str(), &scheme, 1, &samples.reader, &heard.listener,
                            nullptr),
              QUERN_REFUSED);
    EXPECT_TRUE(folder.isEmpty());
    return heard.messages;
  };
  Samples narrow, misnamed, empty, ending;
  narrow.shape[3] = 7;
  EXPECT_EQ(refuse(narrow),
            "'calibration reader': item 0: the model's input is image: 1x1x8x8xfloat32, the array is "
            "1x1x8x7xfloat32\n");
  misnamed.array.name = "picture";
  EXPECT_NE(
      refuse(misnamed).find("'picture' is not an input of the model (its inputs: image: 1x1x8x8xfloat32)"),
      std::string::npos);
  empty.position = empty.images.shape[0];
  EXPECT_EQ(refuse(empty), "'calibration reader': there are no samples: it ends before the first\n");
  ending.reader.next = [](void *, const quern_array **, size_t *) { return -1; };
  EXPECT_EQ(refuse(ending), "calibration reader: it failed at item 0\n");
}

TEST(CompilerCAPI, AnItemMayHoldSeveralSamples) {
  Samples one, all;
  all.shape[0] = all.images.shape[0];
  all.reader.next = [](void *context, const quern_array **arrays, size_t *count) {
    auto *samples = static_cast<Samples *>(context);
    samples->array.data = samples->images.data.data();
    *arrays = &samples->array;
    *count = 1;
    return int32_t(samples->position++ == 0);
  };
  quern_option statistics = {"emit", "statistics"};
  EXPECT_EQ(compileInMemory({statistics}, &one.reader), compileInMemory({statistics}, &all.reader));
}

TEST(CompilerCAPI, AListenerMayStopIt) {
  for (const char *where : {"prepare", "calibrate", "write"}) {
    Folder folder;
    Heard heard;
    heard.stopAt = where;
    quern_option options[] = {{"quantize", "W8A8"}, {"calibration-data", kData}, {"method", "none"}};
    EXPECT_EQ(
        quern_compile(kModel, folder.file("m.so").c_str(), options, 3, nullptr, &heard.listener, nullptr),
        QUERN_REFUSED);
    EXPECT_EQ(heard.messages, "stopped before the end, as asked\n");
    EXPECT_TRUE(folder.isEmpty());
  }
}

TEST(CompilerCAPI, StatisticsMergeToTheBytesOfAll) {
  Samples all, front, back;
  front.images.shape[0] = 40;
  back.images.data.erase(back.images.data.begin(),
                         back.images.data.begin() + 40 * 64 * ptrdiff_t(sizeof(float)));
  back.images.shape[0] -= 40;
  quern_option statistics = {"emit", "statistics"};
  std::string parts[] = {compileInMemory({statistics}, &back.reader),
                         compileInMemory({statistics}, &front.reader)};
  const char *texts[] = {parts[0].c_str(), parts[1].c_str()};
  quern_bytes *merged = nullptr;
  Heard heard;
  ASSERT_EQ(quern_merge_statistics(texts, 2, &heard.listener, &merged), QUERN_DONE) << heard.messages;
  EXPECT_EQ(take(merged), compileInMemory({statistics}, &all.reader));
  texts[1] = "{}";
  EXPECT_EQ(quern_merge_statistics(texts, 2, &heard.listener, &merged), QUERN_REFUSED);
  EXPECT_NE(heard.messages, "");
}

TEST(CompilerCAPI, PipelinesByName) {
  std::string module = compileInMemory({{"emit", "mlir"}, {"stop-after", "import"}});
  Heard heard;
  quern_bytes *result = nullptr;
  for (const char *pipeline :
       {"builtin.module(quern-stage-prepare)", "quern-infer-shapes,func.func(quern-simplify-graph)"}) {
    ASSERT_EQ(quern_run_pipeline(module.c_str(), pipeline, &heard.listener, &result), QUERN_DONE)
        << heard.messages;
    EXPECT_NE(take(result).find("onnx.Conv"), std::string::npos);
  }
  EXPECT_EQ(quern_run_pipeline(module.c_str(), "quern-no-such-pass", &heard.listener, &result),
            QUERN_WRONG_USAGE);
  EXPECT_EQ(quern_run_pipeline(module.c_str(), "builtin.module(cse", &heard.listener, &result),
            QUERN_WRONG_USAGE);
  EXPECT_NE(heard.messages.find("quern-no-such-pass"), std::string::npos);
  heard.messages.clear();
  EXPECT_EQ(quern_run_pipeline("module {", "cse", &heard.listener, &result), QUERN_REFUSED);
  EXPECT_NE(heard.messages.find("module:1"), std::string::npos) << heard.messages;
}

TEST(CompilerCAPI, ListsOfNames) {
  auto has = [](quern_list list, const std::string &name) {
    for (size_t index = 0; index < quern_list_size(list); ++index)
      if (quern_list_entry(list, index)->name == name)
        return true;
    return false;
  };
  EXPECT_TRUE(has(QUERN_LIST_OPTIONS, "group-size") && !has(QUERN_LIST_OPTIONS, "help"));
  EXPECT_TRUE(has(QUERN_LIST_PASSES, "quern-infer-shapes") && has(QUERN_LIST_PASSES, "quern-attach-ranges"));
  EXPECT_TRUE(has(QUERN_LIST_PIPELINES, "quern-stage-prepare") &&
              !has(QUERN_LIST_PIPELINES, "quern-stage-emit"));
  EXPECT_TRUE(has(QUERN_LIST_METHODS, "smoothquant") && has(QUERN_LIST_METHODS, "auto"));
  EXPECT_TRUE(has(QUERN_LIST_OBSERVERS, "entropy") && has(QUERN_LIST_TARGETS, "reference") &&
              has(QUERN_LIST_STAGES, "integerize"));
  EXPECT_EQ(quern_list_entry(QUERN_LIST_TARGETS, 1000), nullptr);
  EXPECT_EQ(quern_list_size(99), 0u);
}
