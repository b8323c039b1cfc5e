// Parts of an integer graph that could stay float.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Recipe.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <set>

namespace quern {

/// Ops other than contractions that compute on codes and hang together: between contractions, which can end
/// in f32 and begin with f32 at no cost of their own. Or contractions by weights: all products with matrices
/// that read one activation and gain from scales of its rows, or one other contraction.
struct IntegerIsland {
  std::set<int64_t> ops;     ///< by number
  bool hasRowScales = false; ///< the ops stay on integers, with scales of rows
  double work = 0; ///< that floats add to a run, in multiply-accumulates of an 8-bit contraction, roughly
  double weightBits = 0; ///< of the weight in float; 0: none becomes float
};

/// The islands of a function to which this recipe was assigned that do more than move data and clamp, in the
/// order of the graph; then those of contractions.
std::vector<IntegerIsland> findIslands(mlir::func::FuncOp assigned, const Recipe &recipe);

/// Multiply-accumulates of the contractions that compute on codes.
double countContractionWork(mlir::func::FuncOp assigned);

/// Bits of their weights as codes.
double countWeightBits(mlir::func::FuncOp assigned);

} // namespace quern
