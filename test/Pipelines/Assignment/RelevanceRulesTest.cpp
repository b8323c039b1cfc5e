// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Sensitivity/RelevanceRules.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <numeric>

using namespace mlir;
using namespace quern;

namespace {

constexpr const char *kModel = R"(
  func.func @main(%x: tensor<1x2x3x3xf32>, %y: tensor<1x2x3x3xf32>, %m: tensor<3x4xf32>) {
    %none = onnx.NoValue() : () -> none
    %w = onnx.Constant() {value = dense<[[[[1.0, -2.0], [3.0, 4.0]], [[-1.0, 0.5], [2.0, 0.0]]]]> : tensor<1x2x2x2xf32>} : () -> tensor<1x2x2x2xf32>
    %v = onnx.Constant() {value = dense<[[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [0.0, -1.0]]> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
    %conv = onnx.Conv(%x, %w, %none) {pads = array<i64: 1, 0, 0, 1>} : (tensor<1x2x3x3xf32>, tensor<1x2x2x2xf32>, none) -> tensor<1x1x3x3xf32>
    %product = onnx.MatMul(%m, %v) : (tensor<3x4xf32>, tensor<4x2xf32>) -> tensor<3x2xf32>
    %sum = onnx.Add(%x, %y) : (tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
    %turned = onnx.Transpose(%m) {perm = array<i64: 1, 0>} : (tensor<3x4xf32>) -> tensor<4x3xf32>
    %mean = onnx.GlobalAveragePool(%x) : (tensor<1x2x3x3xf32>) -> tensor<1x2x1x1xf32>
    %both = onnx.MatMul(%m, %turned) : (tensor<3x4xf32>, tensor<4x3xf32>) -> tensor<3x3xf32>
    return
  })";

class RelevanceRules : public ::testing::Test {
protected:
  RelevanceRules() {
    context.loadDialect<func::FuncDialect, quern::onnx::ONNXDialect, QuernDialect>();
    module = parseSourceString<ModuleOp>(kModel, &context);
  }

  Operation *find(StringRef name, unsigned skip = 0) {
    Operation *found = nullptr;
    module->walk([&](Operation *op) {
      if (op->getName().stripDialect() == name && skip-- == 0)
        found = op;
    });
    return found;
  }

  /// Gives the op's activations values -2, -1, 0, 1, 2, ... and each element of its result its number as
  /// relevance.
  Relevances pass(Operation *op) {
    Activations activations;
    for (Value operand : op->getOperands())
      if (auto type = dyn_cast<RankedTensorType>(operand.getType());
          type && !quern::onnx::getConstant(operand))
        for (int64_t i = 0; i < type.getNumElements(); ++i)
          activations[operand].push_back(float(i % 5 - 2));
    Relevances relevances;
    std::vector<double> &result = relevances[op->getResult(0)];
    result.resize(cast<RankedTensorType>(op->getResult(0).getType()).getNumElements());
    std::iota(result.begin(), result.end(), 1.0);
    passRelevance(op, activations, relevances);
    return relevances;
  }

  static double sum(ArrayRef<double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

} // namespace

TEST_F(RelevanceRules, EveryRuleConserves) {
  ASSERT_TRUE(module);
  for (auto [name, skip] : {std::pair("Conv", 0),
                            {"MatMul", 0},
                            {"Add", 0},
                            {"Transpose", 0},
                            {"GlobalAveragePool", 0},
                            {"MatMul", 1}}) {
    Operation *op = find(name, skip);
    ASSERT_TRUE(op) << name;
    Relevances relevances = pass(op);
    double passed = 0;
    for (auto &[value, relevance] : relevances)
      if (value != op->getResult(0))
        passed += sum(relevance);
    EXPECT_NEAR(passed, sum(relevances[op->getResult(0)]), 1e-9) << name;
  }
}

TEST_F(RelevanceRules, ProductsByTheirPositiveTerms) {
  // The first row of m is -2, -1, 0, 1: of column 0 no term is positive, of column 1 neither.
  Operation *op = find("MatMul");
  Relevances relevances = pass(op);
  ArrayRef<double> row = relevances[op->getOperand(0)];
  for (int k = 0; k < 4; ++k)
    EXPECT_NEAR(row[k], (1 + 2) / 4.0, 1e-9);
  // The second is 2, -2, -1, 0: column 0 has 2 * 1, column 1 nothing positive.
  EXPECT_NEAR(row[4], 3 + 4 / 4.0, 1e-9);
  EXPECT_NEAR(row[5], 4 / 4.0, 1e-9);
}

TEST_F(RelevanceRules, TranspositionMovesBack) {
  Operation *op = find("Transpose");
  Relevances relevances = pass(op);
  // Element [row, column] of the result, number 1 + 3 row + column, comes from [column, row].
  EXPECT_EQ(relevances[op->getOperand(0)][1], 4);
  EXPECT_EQ(relevances[op->getOperand(0)][4], 2);
}
