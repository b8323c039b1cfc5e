// A model file in memory.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Read/Tensor.h"

namespace quern {

struct ParsedModel {
  std::string path;
  /// Shared with every constant that points into it.
  std::shared_ptr<proto::ModelProto> proto;
  std::shared_ptr<ExternalFiles> files;
  /// SHA-256 of the file, in hex; `hashWithExternalData` covers more.
  std::string hash;
};

/// Maps, parses and hashes the model at `path`; "-" is standard input.
llvm::Expected<ParsedModel> loadModel(llvm::StringRef path, const Limits &limits);

/// SHA-256, in hex, of the file's hash and of the digests of its external initializers. The model must have
/// no problems; the result is the file's own hash if all its data is inside.
std::string hashWithExternalData(const ParsedModel &model);

} // namespace quern
