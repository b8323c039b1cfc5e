// The files that quern-run reads inputs from and writes outputs to.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Runtime/LoadedModel.h"

namespace quern {

/// Collects complaints, so that all of them are seen in one run.
using Complaints = std::vector<std::string>;

/// Reads the inputs of one run from arguments NAME=FILE; one array per input of the model, in its order.
/// Whatever is missing, unknown, given twice, or of another type or shape is a complaint.
std::vector<NpyArray> readInputs(const LoadedModel &model, const std::vector<std::string> &arguments,
                                 Complaints &complaints);

/// Reads the inputs of many runs; each array has one leading axis over samples. `count` is how many there
/// are.
std::vector<NpyArray> readSamples(const LoadedModel &model, const std::string &path, int64_t &count,
                                  Complaints &complaints);

/// Reads what such runs are expected to yield: one array per output, of `count` samples.
std::vector<NpyArray> readExpected(const LoadedModel &model, const std::string &path, int64_t count,
                                   Complaints &complaints);

struct TestData {
  std::vector<NpyArray> inputs;
  std::vector<NpyArray> outputs;
};

/// Reads input_N.pb and output_N.pb of an ONNX test data set.
TestData readTestData(const LoadedModel &model, const std::string &folder, Complaints &complaints);

/// Writes beside `path` and renames; what is no regular file, such as a device, is written to. False with an
/// error.
bool writeFile(const std::string &path, const std::string &bytes, std::string &error);

/// A file name for a value of any name: what a file name cannot hold, and a leading dot, becomes %XX; a name
/// that is too long is cut and ends in its checksum.
std::string toFileName(const std::string &valueName);

} // namespace quern
