// Which ops of a function are worth computing on integers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/QuantizationAnalysis/IntegerRoles.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace quern {

/// The largest set of ops, among those that may compute on integers, in which each op is worth it:
///  - a contraction always is;
///  - a movement is if some user has integers and each operand comes from the set or is used by the set only;
///  - any other op is if every activation comes from the set and some user is in it.
/// An op whose activations all come from the set needs no user in it if its results have fewer elements.
class IntegerRegion {
public:
  /// Decides for every quantizable op of `function`. `refuse` says why an op must stay float; empty if it
  /// need not.
  IntegerRegion(mlir::func::FuncOp function, bool integerTail,
                llvm::function_ref<std::string(mlir::Operation *)> refuse);

  bool contains(mlir::Operation *op) const { return members.contains(op); }
  const llvm::DenseMap<mlir::Operation *, onnx::IntegerForm> &getMembers() const { return members; }
  /// Each quantizable op outside, with the reason.
  const llvm::DenseMap<mlir::Operation *, std::string> &getOthers() const { return others; }

private:
  /// Drops members that are not worth it until none is left; `worklist` holds every candidate.
  void removeDoubtful(llvm::SmallVector<mlir::Operation *> worklist);
  std::string findDoubt(mlir::Operation *op, onnx::IntegerForm form) const;
  bool isProducedInside(mlir::Value value) const;
  bool readsCodes(mlir::OpOperand &use) const;
  bool hasUserInside(mlir::Operation *op) const;
  bool isUsedInsideOnly(mlir::Value value) const;

  bool integerTail;
  llvm::DenseMap<mlir::Operation *, onnx::IntegerForm> members;
  llvm::DenseMap<mlir::Operation *, std::string> others;
};

} // namespace quern
