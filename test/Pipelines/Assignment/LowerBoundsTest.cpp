// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/LowerBounds.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernDialect.h"
#include "lib/Pipelines/Assignment/SketchedModel.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace quern;

namespace {

class LowerBounds : public ::testing::Test {
protected:
  LowerBounds() {
    context.loadDialect<func::FuncDialect, quant::QuantDialect, quern::onnx::ONNXDialect, QuernDialect>();
  }

  /// "-> (types)" of the values that the body returns.
  static std::string resultTypes(const std::string &body) {
    size_t colon = body.find(':', body.rfind("return"));
    return colon == std::string::npos ? "" : "-> (" + body.substr(colon + 1) + ")";
  }

  /// The sketch of a model of one function, and its ops.
  void sketch(const std::string &arguments, const std::string &body, bool everyWidth = false) {
    std::string text = "func.func @main(" + arguments + ") " + resultTypes(body) +
                       " {\n%none = onnx.NoValue() : () -> none\n" + body + "}";
    OwningOpRef<ModuleOp> prepared = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(prepared);
    FailureOr<OwningOpRef<ModuleOp>> made = sketchAssigned(*prepared, recipe, /*integerTail=*/false);
    ASSERT_TRUE(succeeded(made));
    module = std::move(*made);
    TargetRecord target;
    target.kernels = {{"s8", "u8", "channel"}, {"s4", "u8", "channel"}};
    ops = findAssignableOps(*module, recipe, target, {everyWidth});
  }

  /// A constant [4, 4] of both signs.
  static std::string matrix(const std::string &name, const std::string &first,
                            const std::string &second = "2.0") {
    return "%" + name + " = onnx.Constant() {value = dense<[[" + first + ", -1.0, 0.5, 1.0], [" + second +
           ", 0.25, 0.0, 1.0], [0.5, -0.5, 0.5, 0.5], [1.0, 2.0, 3.0, 4.0]]> : tensor<4x4xf32>} : () -> "
           "tensor<4x4xf32>\n";
  }
  static std::string product(const std::string &result, const std::string &x, const std::string &weight,
                             const std::string &node = "product") {
    return "%" + result + " = onnx.MatMul(%" + x + ", %" + weight +
           ") : (tensor<8x4xf32>, tensor<4x4xf32>) -> tensor<8x4xf32> loc(\"" + node + "\")\n";
  }
  static std::string unary(const std::string &op, const std::string &result, const std::string &x) {
    return "%" + result + " = onnx." + op + "(%" + x + ") : (tensor<8x4xf32>) -> tensor<8x4xf32>\n";
  }
  static constexpr const char *kInput = "%x: tensor<8x4xf32>";

  MLIRContext context;
  Recipe recipe;
  OwningOpRef<ModuleOp> module;
  std::vector<AssignableOp> ops;
};

TEST_F(LowerBounds, WeightsTakeTheFewestBits) {
  std::string body = matrix("w", "1.0") + matrix("v", "1.0", "-2.0") + product("a", "x", "w") +
                     product("b", "a", "v") + "return";
  sketch(kInput, body);
  EXPECT_EQ(leastWeightBytes(*module, ops), 2 * 8);
  sketch(kInput, body, /*everyWidth=*/true);
  EXPECT_EQ(leastWeightBytes(*module, ops), 2 * 4);
}

TEST_F(LowerBounds, RulesDecide) {
  RecipeRule wide, floating;
  wide.name = "wide";
  floating.name = "floating";
  floating.isFloat = true;
  recipe.rules = {wide, floating};
  sketch(kInput, matrix("w", "1.0") + matrix("v", "1.0", "-2.0") + product("a", "x", "w", "wide") +
                     product("b", "a", "v", "floating") + "return");
  EXPECT_EQ(leastWeightBytes(*module, ops), 16 + 64);
  EXPECT_EQ(leastAverageBits(ops, /*isComplete=*/true), 8);
}

TEST_F(LowerBounds, WhatMayBeStoredOnceCountsOnce) {
  // The same signs: rounding could make the same codes of both.
  sketch(kInput, matrix("w", "1.0") + matrix("v", "1.5") + product("a", "x", "w") + product("b", "a", "v") +
                     "return");
  EXPECT_EQ(leastWeightBytes(*module, ops), 8);
  // One sign: all codes may be one number.
  sketch(kInput,
         "%w = onnx.Constant() {value = dense<[[1.0, 2.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, "
         "1.0], [1.0, 1.0, 1.0, 1.0]]> : tensor<4x4xf32>} : () -> tensor<4x4xf32>\n" +
             product("a", "x", "w") + "return");
  EXPECT_EQ(leastWeightBytes(*module, ops), 0);
}

TEST_F(LowerBounds, TablesAreFloatWhereFloatsAreRead) {
  std::string gather = matrix("t", "1.0") + "%e = onnx.Gather(%t, %i) : (tensor<4x4xf32>, tensor<8xi64>) -> "
                                            "tensor<8x4xf32>\n";
  sketch("%i: tensor<8xi64>", gather + unary("Sin", "s", "e") + "return");
  EXPECT_EQ(leastWeightBytes(*module, ops), 64);
  sketch("%i: tensor<8xi64>", gather + matrix("w", "1.0", "-2.0") + product("a", "e", "w") + "return");
  EXPECT_EQ(leastWeightBytes(*module, ops), 16 + 8);
}

TEST_F(LowerBounds, OpsThatMayStayFloatDoNotCount) {
  RecipeRule wide;
  wide.name = "wide";
  recipe.rules = {wide};
  sketch(kInput,
         matrix("w", "1.0") + matrix("v", "1.0", "-2.0") + product("a", "x", "w", "wide") +
             product("b", "a", "v") + "return",
         /*everyWidth=*/true);
  EXPECT_EQ(leastAverageBits(ops, /*isComplete=*/true), 5); // of 8 and 2
  EXPECT_EQ(leastAverageBits(ops, /*isComplete=*/false), 2);
}

TEST_F(LowerBounds, WorkspaceHoldsWhatAProductReadsAndWrites) {
  std::string weights = matrix("w", "1.0");
  auto bytes = [&](const std::string &body) {
    sketch(kInput, weights + body);
    return leastWorkspaceBytes(*module);
  };
  std::string chain = product("a", "x", "w") + unary("Relu", "r", "a") + product("b", "r", "w");
  // The first reads an input, the last writes an output.
  EXPECT_EQ(bytes(product("a", "x", "w") + "return %a : tensor<8x4xf32>"), 0);
  EXPECT_EQ(bytes(chain + "return %b : tensor<8x4xf32>"), 32);
  EXPECT_EQ(bytes(chain + unary("Tanh", "t", "b") + product("c", "t", "w") + "return %c : tensor<8x4xf32>"),
            64);
  // An output may hold what is read again.
  EXPECT_EQ(bytes(chain + "return %r, %b : tensor<8x4xf32>, tensor<8x4xf32>"), 0);
  // A pooled value is all that has to be stored.
  EXPECT_EQ(bytes(product("a", "x", "w") +
                  "%m = onnx.ReduceMean(%a, %none) : "
                  "(tensor<8x4xf32>, none) -> tensor<1x1xf32>\n%s = onnx.Mul(%x, %m) : (tensor<8x4xf32>, "
                  "tensor<1x1xf32>) -> tensor<8x4xf32>\n" +
                  product("c", "s", "w") + "return %c : tensor<8x4xf32>"),
            1);
}

} // namespace
