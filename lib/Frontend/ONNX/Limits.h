// How much of a model the frontend is willing to read.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>

namespace quern {

/// Bounds on a model, so that a hostile or broken file is refused within seconds instead of exhausting stack
/// or memory. Each is far above what real models need; `quernc --help` states them
/// (tools/quernc/CommandLine.cpp).
struct Limits {
  /// Size of the model file. Protocol buffers themselves end here; larger models keep their weights in
  /// external data.
  uint64_t fileBytes = INT32_MAX;
  /// Nesting of protobuf messages. One subgraph costs three levels.
  int messageDepth = 256;
  /// Nesting of subgraphs (If, Loop, Scan) and of calls to the model's own functions, together.
  int graphDepth = 64;
  /// Nodes of all graphs together, after the model's functions are expanded.
  uint64_t nodes = 300'000;
  /// Dimensions of one tensor.
  int rank = 32;
  /// Bytes of one tensor, initializer or input, after expansion (sparse tensors, packed elements).
  uint64_t tensorBytes = uint64_t(1) << 40;
  /// Bytes that a sparse tensor may grow to; it is held densely.
  uint64_t sparseTensorBytes = uint64_t(1) << 30;
  /// Errors printed for one model; the rest is counted.
  unsigned errors = 100;
};

} // namespace quern
