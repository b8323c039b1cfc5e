// One compiled model that computes a float model, its quantized form, and what lies between them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"
#include "lib/Pipelines/Calibrate.h"

#include "llvm/ADT/SmallVector.h"

#include <optional>
#include <string>
#include <vector>

namespace quern {

/// One f32 result of a node in several evaluations, by the numbers of the arrays that ComparedModel::run
/// returns. With f the node of the float model and q that of the hub form (quantizers of its operands, codes
/// of its weights), x the float model's operands and x' those of the hub form, before their quantizers:
struct Evaluation {
  size_t exact;     ///< f(x)
  size_t actual;    ///< q(x')
  size_t inherited; ///< f(x')
  size_t clipped;   ///< f of x' clipped to what the codes reach
  size_t rounded;   ///< f of x' quantized
};

/// A value on its way through a quantizer into a node; nodes that read it through the same one share it.
struct ComparedEdge {
  std::string name;                   ///< of the ONNX value, or its node
  size_t actual, exact;               ///< arrays, as above: of the hub form, of the float model
  std::optional<Quantizer> quantizer; ///< nothing where scales are of rows or channels
  bool isDynamic = false;             ///< scales of rows, found at run time
};

/// A node of the float graph whose result depends on the input.
struct ComparedNode {
  std::string name, type;   ///< of the ONNX node
  mlir::Operation *floatOp; ///< in the float module
  mlir::Operation *hubOp;   ///< in the hub form
  bool isQuantized = false; ///< q is not f
  llvm::SmallVector<Evaluation> results;
  llvm::SmallVector<std::pair<unsigned, size_t>> edges; ///< operands that are quantized, and their edges
};

class ComparedModel {
public:
  /// `floatModule` is the module before the stage quantize with its ops numbered
  /// (passes/InsertSimulation/SimulationSlots.h), `hub` the same after it. Both must outlive the nodes.
  static llvm::Expected<ComparedModel> create(mlir::ModuleOp floatModule, mlir::ModuleOp hub,
                                              const CompileInstrumented &compile);

  llvm::ArrayRef<ComparedNode> getNodes() const { return nodes; }
  llvm::ArrayRef<ComparedEdge> getEdges() const { return edges; }
  /// The arrays that are the outputs of the float model, and of the hub form.
  llvm::ArrayRef<size_t> getExactOutputs() const { return exactOutputs; }
  llvm::ArrayRef<size_t> getHubOutputs() const { return hubOutputs; }

  /// All arrays for one sample. In those of the float model, what takes no part is marked
  /// (lib/Calibration/Padding.h); others have marks of their own.
  llvm::Expected<std::vector<NpyArray>> run(const Sample &sample);

private:
  ComparedModel() = default;

  std::unique_ptr<InstrumentedModel> model;
  std::vector<ComparedNode> nodes;
  std::vector<ComparedEdge> edges;
  std::vector<size_t> exactOutputs, hubOutputs;
};

} // namespace quern
