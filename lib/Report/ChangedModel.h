// A float model in which nodes can be quantized one at a time, in several ways.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Report/Change.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

namespace quern {

class ChangedModel {
public:
  ChangedModel(mlir::ModuleOp floatModule, llvm::ArrayRef<ComparedNode> nodes);

  /// Adds a node quantized as it is, or with a change that keeps it quantized, and an f32 input [1] that lets
  /// it pass where it is 1 and the others are 0. Returns the number of the variant.
  size_t add(size_t node, const Change *change);

  /// The model, which returns first its outputs, then the f32 results of each variant. Call once, at the end.
  mlir::OwningOpRef<mlir::ModuleOp> finish();

  size_t countOutputs() const { return outputs; }
  /// Numbers of the arrays that are the variant's f32 results.
  llvm::ArrayRef<size_t> getResults(size_t variant) const { return results[variant]; }

private:
  mlir::Operation *quantize(const ComparedNode &node, const Change *change);
  mlir::Value quantizeOperand(const ComparedNode &node, unsigned operand, const Change *change);
  mlir::Value makeFloats(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<float> values, mlir::Location loc);
  mlir::Value addSelector();

  llvm::ArrayRef<ComparedNode> nodes;
  mlir::IRMapping toCopy;
  mlir::OwningOpRef<mlir::ModuleOp> copy;
  mlir::func::FuncOp main;
  mlir::OpBuilder builder;
  size_t outputs;
  std::vector<llvm::SmallVector<mlir::Value>> values; ///< f32 results of each variant
  std::vector<std::vector<size_t>> results;
};

} // namespace quern
