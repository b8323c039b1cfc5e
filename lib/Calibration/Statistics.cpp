// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/Statistics.h"

#include "lib/Support/Files.h"

namespace quern {

static std::string describeSettings(const std::map<std::string, std::string> &settings) {
  std::string text;
  for (const auto &[name, value] : settings)
    text += (text.empty() ? "" : ", ") + name + "=" + value;
  return text.empty() ? "none" : text;
}

llvm::Error Statistics::merge(const Statistics &other) {
  auto refuse = [](const std::string &reason) {
    return llvm::createStringError(std::errc::invalid_argument, "statistics cannot be merged: %s",
                                   reason.c_str());
  };
  if (modelHash != other.modelHash)
    return refuse("they are of different models");
  if (settings != other.settings)
    return refuse("their settings differ (" + describeSettings(settings) + "; " +
                  describeSettings(other.settings) + ")");
  dataHash.merge(other.dataHash);
  samples += other.samples;
  for (const auto &[name, value] : other.values)
    values[name].merge(value);
  return llvm::Error::success();
}

llvm::Expected<Statistics> readStatistics(llvm::StringRef path) {
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> text = readFile(path);
  if (!text)
    return text.takeError();
  llvm::Expected<Statistics> statistics = Statistics::fromJSON((*text)->getBuffer());
  if (!statistics)
    return llvm::createStringError(std::errc::invalid_argument, "'%s': %s", path.str().c_str(),
                                   llvm::toString(statistics.takeError()).c_str());
  return statistics;
}

llvm::Error writeStatistics(llvm::StringRef path, const Statistics &statistics) {
  return writeFileAtomically(path, statistics.toJSON());
}

} // namespace quern
