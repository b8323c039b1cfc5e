// Damaged models are refused or imported, never a crash. The damage is the same in every run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Import.h"
#include "test/Frontend/ONNX/Diagnostics.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <fstream>
#include <gtest/gtest.h>
#include <random>

namespace {

/// The models of good_models.py, in order of name.
std::vector<std::string> readSeeds() {
  std::vector<std::string> paths, seeds;
  std::error_code code;
  for (llvm::sys::fs::directory_iterator file(QUERN_TEST_MODELS "/good", code), end; !code && file != end;
       file.increment(code))
    if (llvm::sys::path::extension(file->path()) == ".onnx")
      paths.push_back(file->path());
  llvm::sort(paths);
  for (const std::string &path : paths)
    if (auto buffer = llvm::MemoryBuffer::getFile(path))
      seeds.push_back((*buffer)->getBuffer().str());
  return seeds;
}

/// Bits flipped, bytes replaced, a piece cut out or repeated, or the end cut off.
std::string damage(std::string bytes, std::mt19937 &random) {
  auto below = [&](size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(random); };
  for (size_t times = 1 + below(4); times != 0 && !bytes.empty(); --times) {
    size_t at = below(bytes.size()), length = std::min(bytes.size() - at, 1 + below(16));
    switch (below(5)) {
    case 0:
      bytes[at] ^= static_cast<char>(1 << below(8));
      break;
    case 1:
      bytes[at] = static_cast<char>(below(256));
      break;
    case 2:
      bytes.erase(at, length);
      break;
    case 3:
      bytes.insert(at, bytes.substr(at, length));
      break;
    default:
      if (below(4) == 0)
        bytes.resize(at);
    }
  }
  return bytes;
}

TEST(ImportFuzz, DamagedModelsNeverCrash) {
  std::vector<std::string> seeds = readSeeds();
  ASSERT_FALSE(seeds.empty());
  llvm::SmallString<128> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("damaged", "onnx", path));
  std::mt19937 random(20240229);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  quern::test::Diagnostics diagnostics(context);
  quern::ImportOptions options;
  // A flipped bit in a dimension must not ask the test machine for a terabyte.
  options.limits.tensorBytes = options.limits.sparseTensorBytes = 1 << 24;
  unsigned accepted = 0, rounds = 40;
  for (unsigned round = 0; round < rounds; ++round)
    for (const std::string &seed : seeds) {
      std::ofstream(path.c_str(), std::ios::binary | std::ios::trunc) << damage(seed, random);
      diagnostics.text.clear();
      auto module = quern::importModel(path, context, options);
      accepted += succeeded(module);
      ASSERT_TRUE(succeeded(module) || !diagnostics.text.empty()) << "refused without a reason";
    }
  llvm::sys::fs::remove(path);
  // Both ways were walked.
  EXPECT_GT(accepted, 0u);
  EXPECT_LT(accepted, rounds * seeds.size());
}

} // namespace
