// What importing yields, and that size and depth do not matter to it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Import.h"
#include "lib/Frontend/ONNX/Proto/Proto.h"
#include "test/Frontend/ONNX/Diagnostics.h"

#include "dialects/ONNX/IR/ONNXNames.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FileSystem.h"

#include <fstream>
#include <gtest/gtest.h>

using namespace mlir;

namespace quern {
namespace {

FailureOr<OwningOpRef<ModuleOp>> importGood(StringRef name, MLIRContext &context,
                                            const ImportOptions &options = {}) {
  return importModel((QUERN_TEST_MODELS "/good/" + name + ".onnx").str(), context, options);
}

func::FuncOp mainOf(ModuleOp module) { return module.lookupSymbol<func::FuncOp>("main"); }

TEST(Import, NamesNodesValuesAndSymbolicDimensions) {
  MLIRContext context;
  auto module = importGood("symbolic_13", context);
  ASSERT_TRUE(succeeded(module));
  func::FuncOp function = mainOf(**module);
  EXPECT_EQ(function.getArgAttrOfType<StringAttr>(0, onnx::nameAttribute).getValue(), "x");
  EXPECT_EQ(function.getResultAttrOfType<StringAttr>(0, onnx::nameAttribute).getValue(), "y");
  EXPECT_EQ(function.getArgAttr(0, onnx::dimensionsAttribute),
            Builder(&context).getStrArrayAttr({"batch", "", "length"}));
  Operation &relu = function.front().front();
  EXPECT_EQ(relu.getName().getStringRef(), "onnx.Relu");
  EXPECT_EQ(onnx::getNodeName(&relu), "Relu_y");
  EXPECT_EQ(onnx::getValueName(relu.getResult(0)), "y");
}

TEST(Import, BindsDimensions) {
  MLIRContext context;
  ImportOptions options;
  options.dimensions = {{"batch", 4}, {"length", 9}};
  auto module = importGood("symbolic_13", context, options);
  ASSERT_TRUE(succeeded(module));
  EXPECT_EQ(cast<ShapedType>(mainOf(**module).getArgumentTypes()[0]).getShape(),
            ArrayRef<int64_t>({4, 3, 9}));
  EXPECT_FALSE(mainOf(**module).getArgAttr(0, onnx::dimensionsAttribute));
}

TEST(Import, RefusesDimensionsThatTheModelLacks) {
  MLIRContext context;
  test::Diagnostics diagnostics(context);
  ImportOptions options;
  options.dimensions = {{"sequence", 4}, {"batch", 0}};
  EXPECT_TRUE(failed(importGood("symbolic_13", context, options)));
  EXPECT_NE(
      diagnostics.text.find("no input has a symbolic dimension 'sequence'; the model's are: batch, length"),
      std::string::npos);
  EXPECT_NE(diagnostics.text.find("dimension 'batch' is bound to 0"), std::string::npos);
}

TEST(Import, NodeWithoutNameIsCalledByOperatorAndOutput) {
  MLIRContext context;
  auto module = importGood("no_node_names_13", context);
  ASSERT_TRUE(succeeded(module));
  EXPECT_EQ(onnx::getNodeName(&mainOf(**module).front().front()), "Relu:y");
}

TEST(Import, InitializerThatIsAnInputIsAConstant) {
  MLIRContext context;
  auto module = importGood("initializer_as_input_13", context);
  ASSERT_TRUE(succeeded(module));
  EXPECT_EQ(mainOf(**module).getNumArguments(), 1u);
}

/// A chain of `length` Relus in a file of its own.
std::string writeChain(int length) {
  proto::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(13);
  proto::GraphProto &graph = *model.mutable_graph();
  graph.set_name("chain");
  auto declare = [](proto::ValueInfoProto &value, const std::string &name) {
    value.set_name(name);
    auto &type = *value.mutable_type()->mutable_tensor_type();
    type.set_elem_type(proto::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_value(4);
  };
  declare(*graph.add_input(), "v0");
  for (int i = 0; i < length; ++i) {
    proto::NodeProto &node = *graph.add_node();
    node.set_op_type("Relu");
    node.add_input("v" + std::to_string(i));
    node.add_output("v" + std::to_string(i + 1));
  }
  declare(*graph.add_output(), "v" + std::to_string(length));
  llvm::SmallString<128> path;
  EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("chain", "onnx", path));
  std::ofstream(path.c_str(), std::ios::binary) << model.SerializeAsString();
  return std::string(path);
}

TEST(Import, LongChainsNeedNoStack) {
  MLIRContext context;
  context.disableMultithreading();
  std::string path = writeChain(200'000);
  auto module = importModel(path, context);
  llvm::sys::fs::remove(path);
  ASSERT_TRUE(succeeded(module));
  EXPECT_EQ(mainOf(**module).front().getOperations().size(), 200'001u);
}

TEST(Import, ModelsBeyondALimitAreRefused) {
  MLIRContext context;
  test::Diagnostics diagnostics(context);
  std::string path = writeChain(100);
  ImportOptions options;
  options.limits.nodes = 99;
  EXPECT_TRUE(failed(importModel(path, context, options)));
  llvm::sys::fs::remove(path);
  EXPECT_NE(diagnostics.text.find("more nodes than the limit of 99"), std::string::npos);
}

TEST(Import, ErrorsBeyondTheLimitAreCounted) {
  MLIRContext context;
  test::Diagnostics diagnostics(context);
  ImportOptions options;
  options.limits.errors = 1;
  EXPECT_TRUE(failed(importModel(QUERN_TEST_MODELS "/bad/all_errors_of_one_run.onnx", context, options)));
  EXPECT_EQ(diagnostics.count, 2u);
  EXPECT_NE(diagnostics.text.find("more errors"), std::string::npos);
}

} // namespace
} // namespace quern
