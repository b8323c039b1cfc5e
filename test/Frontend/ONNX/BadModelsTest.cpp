// Every model of bad_models.py is refused with the messages that the script states.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Import.h"
#include "test/Frontend/ONNX/Diagnostics.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

#include <gtest/gtest.h>

namespace {

struct BadModel {
  std::string name;
  std::vector<std::string> expected;
};

std::vector<BadModel> readBadModels() {
  std::vector<BadModel> models;
  auto buffer = llvm::MemoryBuffer::getFile(QUERN_TEST_MODELS "/bad/expected.json");
  if (!buffer)
    return models;
  llvm::json::Value table = llvm::cantFail(llvm::json::parse((*buffer)->getBuffer()));
  for (const auto &[name, expected] : *table.getAsObject()) {
    BadModel model{name.str(), {}};
    for (const llvm::json::Value &text : *expected.getAsArray())
      model.expected.push_back(text.getAsString()->str());
    models.push_back(std::move(model));
  }
  return models;
}

class BadModels : public testing::TestWithParam<BadModel> {};

TEST_P(BadModels, AreRefusedWithTheReason) {
  mlir::MLIRContext context;
  quern::test::Diagnostics diagnostics(context);
  auto module = quern::importModel(QUERN_TEST_MODELS "/bad/" + GetParam().name + ".onnx", context);
  EXPECT_TRUE(failed(module));
  for (const std::string &text : GetParam().expected)
    EXPECT_NE(diagnostics.text.find(text), std::string::npos) << "'" << text << "' is not in:\n"
                                                              << diagnostics.text;
}

INSTANTIATE_TEST_SUITE_P(Frontend, BadModels, testing::ValuesIn(readBadModels()),
                         [](const testing::TestParamInfo<BadModel> &info) { return info.param.name; });

} // namespace
