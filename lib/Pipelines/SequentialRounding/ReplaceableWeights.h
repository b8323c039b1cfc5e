// A compiled float model whose weights can be replaced from run to run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "lib/Pipelines/Calibrate.h"
#include "lib/Pipelines/MomentRows.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace quern {

/// The constant weight of one product.
struct ReplaceableWeight {
  int64_t number;    ///< of the op (quern.number)
  size_t activation; ///< of what ReplaceableWeights::run returns
  MomentRows rows;   ///< how the activation is multiplied

  /// Both are multiplied with the same rows.
  bool sharesRowsWith(const ReplaceableWeight &other) const {
    return activation == other.activation && rows.getKey() == other.rows.getKey();
  }
};

/// The model with the weights of some ops, and their constant biases, as inputs; it returns their
/// activations.
class ReplaceableWeights {
public:
  /// Of the ops of a numbered module behind the stage assign that `isWanted` and whose activations have rows
  /// (MomentRows). Compiles nothing yet.
  static ReplaceableWeights find(mlir::ModuleOp numbered,
                                 llvm::function_ref<bool(onnx::QuantizableOpInterface)> isWanted);

  /// In the order in which the model computes their activations; those that share rows stand together.
  llvm::ArrayRef<ReplaceableWeight> getWeights() const { return weights; }
  size_t countActivations() const { return activations.size(); }
  /// The activation is an input of the model: no weight stands before it.
  bool isInput(size_t activation) const { return mlir::isa<mlir::BlockArgument>(activations[activation]); }
  /// Of all activations of one sample.
  int64_t countActivationBytes() const;

  /// Compiles it; the weights are the model's own at first. Failure: one was refused, by a diagnostic.
  llvm::Expected<llvm::LogicalResult> compile(const CompileInstrumented &compile);

  /// Makes the weight that of an op of another copy of the module: `reals` [rows, columns], as
  /// readGroupedWeight has them, and the op's constant bias, if it has one.
  void replace(size_t weight, llvm::ArrayRef<float> reals, onnx::QuantizableOpInterface op);

  /// The activations of a sample.
  llvm::Expected<std::vector<NpyArray>> run(const Sample &sample);
  /// The same, and what takes no part in the model's outputs is marked (lib/Calibration/Padding.h).
  llvm::Expected<std::vector<NpyArray>> runAndMark(const Sample &sample);

private:
  struct Inputs {
    size_t weight;
    std::optional<size_t> bias;
    bool hasChannelsFirst;
  };
  llvm::Expected<std::vector<NpyArray>> runAll(const Sample &sample);
  mlir::LogicalResult makeInputs(mlir::func::FuncOp main, onnx::QuantizableOpInterface op);

  mlir::ModuleOp module;
  std::vector<ReplaceableWeight> weights;
  llvm::SmallVector<mlir::Value> activations; ///< of `module`
  std::unique_ptr<InstrumentedModel> model;
  std::vector<Inputs> inputs; ///< of each weight, their numbers in `buffer`
  Sample buffer;              ///< the model's inputs, then weights and biases
  size_t ownInputs = 0, ownOutputs = 0;
};

} // namespace quern
