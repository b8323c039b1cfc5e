// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/Common/Emit.h"

#include "lib/Runtime/Artefact.h"
#include "lib/Runtime/Json.h"
#include "lib/Runtime/ThreadPool.h"
#include "lib/Support/Files.h"
#include "lib/Targets/Common/Jit.h"
#include "lib/Targets/Common/Lowering.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

namespace quern {
namespace {

/// y = 2 x + w, and x itself; refuses values of 100 and more.
constexpr llvm::StringLiteral kModel = R"mlir(
#map = affine_map<(i) -> (i)>
func.func @main(%x: tensor<4xf32> {onnx.name = "x"})
    -> (tensor<4xf32> {onnx.name = "y"}, tensor<4xf32> {onnx.name = "same"}) {
  %w = arith.constant dense_resource<w> : tensor<4xf32>
  %limit = arith.constant 100.0 : f32
  %empty = tensor.empty() : tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%x, %w : tensor<4xf32>, tensor<4xf32>) outs(%empty : tensor<4xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %ok = arith.cmpf ult, %a, %limit : f32
      cf.assert %ok, "node 'scale': value out of range"
      %twice = arith.addf %a, %a : f32
      %sum = arith.addf %twice, %b : f32
      linalg.yield %sum : f32
  } -> tensor<4xf32>
  return %y, %x : tensor<4xf32>, tensor<4xf32>
}
{-# dialect_resources: { builtin: { w: "0x040000000000803F000000400000404000008040" } } #-}
)mlir";

class EmitTest : public testing::Test {
protected:
  EmitTest() : context(makeRegistry()) {
    TargetOptions options;
    options.name = "reference";
    target = llvm::cantFail(createTarget(options));
  }

  static mlir::DialectRegistry makeRegistry() {
    mlir::DialectRegistry registry;
    registerCommonDialects(registry);
    return registry;
  }

  ModelObject emit(llvm::StringRef source, GetterName name = GetterName::Common) {
    mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceString<mlir::ModuleOp>(source, &context);
    EXPECT_TRUE(module);
    ModelInfo info;
    info.name = "my model";
    info.signature = *readSignature(module->lookupSymbol<mlir::func::FuncOp>("main"));
    EXPECT_TRUE(succeeded(lowerModule(*module, *target)));
    return llvm::cantFail(emitObject(*module, *target, info, name));
  }

  static NpyArray floats(std::vector<float> values) {
    NpyArray array;
    array.type = ElementType::Float32;
    array.shape = {static_cast<int64_t>(values.size())};
    array.data.resize(values.size() * sizeof(float));
    std::memcpy(array.data.data(), values.data(), array.data.size());
    return array;
  }
  static std::vector<float> toFloats(const NpyArray &array) {
    std::vector<float> values(array.elementCount());
    std::memcpy(values.data(), array.data.data(), array.data.size());
    return values;
  }

  static void expectRuns(LoadedModel &model) {
    std::string error;
    NpyArray x = floats({1, -2, 0.5, 3});
    auto outputs = model.run({&x}, error);
    ASSERT_TRUE(outputs) << error;
    EXPECT_EQ(toFloats((*outputs)[0]), (std::vector<float>{3, -2, 4, 10}));
    EXPECT_EQ(toFloats((*outputs)[1]), toFloats(x));

    NpyArray large = floats({1, 2, 1000, 4});
    EXPECT_FALSE(model.run({&large}, error));
    EXPECT_EQ(error, "node 'scale': value out of range");
    EXPECT_TRUE(model.run({&x}, error)) << "an error of one run must not stay";
  }

  mlir::MLIRContext context;
  std::unique_ptr<Target> target;
};

TEST_F(EmitTest, RunsInThisProcess) {
  ModelObject object = emit(kModel);
  EXPECT_EQ(object.weightBytes, 16);
  auto model = llvm::cantFail(loadObject(object));
  expectRuns(*model);
}

TEST_F(EmitTest, CompilesAndLoadsACopy) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(kModel, &context);
  auto model = llvm::cantFail(compileAndLoad(*module, *target));
  expectRuns(*model);
  EXPECT_TRUE(module->lookupSymbol("main")) << "the module itself stays as it was";
}

TEST_F(EmitTest, LinksAndOpensASharedObject) {
  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("quern-test", folder));
  std::string path = (folder + "/model.so").str();
  std::string bytes = llvm::cantFail(linkSharedObject(emit(kModel), folder));
  llvm::cantFail(writeFileAtomically(path, bytes));

  int entries = 0;
  std::error_code code;
  for (llvm::sys::fs::directory_iterator it(folder, code), end; it != end && !code; it.increment(code))
    ++entries;
  EXPECT_EQ(entries, 1) << "temporary files are gone";

  std::string error;
  std::unique_ptr<LoadedModel> model = LoadedModel::open(path, error);
  ASSERT_TRUE(model) << error;
  expectRuns(*model);
  ASSERT_EQ(model->inputs().size(), 1u);
  EXPECT_EQ(model->inputs()[0].name, "x");
  EXPECT_EQ(model->outputs()[1].name, "same");
  auto manifest = parseJson(model->manifest());
  ASSERT_TRUE(manifest);
  EXPECT_EQ((*manifest)["name"].text, "my model");
  EXPECT_EQ((*manifest)["weight_bytes"].text, "16");

  // Every byte counts: one that is altered anywhere is found before code runs.
  for (size_t at = 0; at < bytes.size(); at += 97) {
    std::string altered = bytes;
    altered[at] ^= 0x10;
    EXPECT_FALSE(readManifest(altered, error)) << "byte " << at;
  }
  EXPECT_FALSE(readManifest(bytes.substr(0, bytes.size() - 1), error));
  EXPECT_FALSE(readManifest("", error));
  llvm::sys::fs::remove_directories(folder);
}

TEST_F(EmitTest, EqualModelsGiveEqualBytes) {
  ModelObject first = emit(kModel), second = emit(kModel);
  EXPECT_EQ(first.bytes, second.bytes);
  EXPECT_EQ(llvm::cantFail(linkSharedObject(first, "")), llvm::cantFail(linkSharedObject(second, "")));
}

TEST_F(EmitTest, NamesTheGetterAfterTheModel) {
  EXPECT_EQ(emit(kModel, GetterName::PerModel).getter, "quern_model_get_my_model");
}

TEST_F(EmitTest, RefusesCallsIntoLibraries) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(R"mlir(
    func.func private @expf(f32) -> f32
    func.func @main(%x: memref<f32>) {
      %v = memref.load %x[] : memref<f32>
      %e = call @expf(%v) : (f32) -> f32
      memref.store %e, %x[] : memref<f32>
      return
    })mlir",
                                                        &context);
  mlir::PassManager pm(&context);
  addLowerToLLVMPasses(pm);
  ASSERT_TRUE(succeeded(pm.run(*module)));
  auto object = emitObject(*module, *target, ModelInfo());
  ASSERT_FALSE(object);
  EXPECT_NE(llvm::toString(object.takeError()).find("expf"), std::string::npos);
}

/// p' = x p + q, q' = p: each step hands on what it was given, and what it made.
TEST_F(EmitTest, CarriesValuesThroughLoops) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(R"mlir(
    #rows = affine_map<(i, j) -> (i, j)>
    #in = affine_map<(i, j) -> (j)>
    #out = affine_map<(i, j) -> (i)>
    #id = affine_map<(i) -> (i)>
    func.func @main(%x: tensor<2x2xi32>, %start: tensor<2xi32>) -> (tensor<2xi32>, tensor<2xi32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c6 = arith.constant 6 : index
      %zero = arith.constant 0 : i32
      %r:2 = scf.for %i = %c0 to %c6 step %c1 iter_args(%p = %start, %q = %start) -> (tensor<2xi32>, tensor<2xi32>) {
        %e = tensor.empty() : tensor<2xi32>
        %f = linalg.fill ins(%zero : i32) outs(%e : tensor<2xi32>) -> tensor<2xi32>
        %m = linalg.generic {indexing_maps = [#rows, #in, #out], iterator_types = ["parallel", "reduction"]}
            ins(%x, %p : tensor<2x2xi32>, tensor<2xi32>) outs(%f : tensor<2xi32>) {
          ^bb0(%a: i32, %b: i32, %s: i32):
            %t = arith.muli %a, %b : i32
            %u = arith.addi %s, %t : i32
            linalg.yield %u : i32
        } -> tensor<2xi32>
        %n = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
            ins(%m, %q : tensor<2xi32>, tensor<2xi32>) outs(%e : tensor<2xi32>) {
          ^bb0(%a: i32, %b: i32, %s: i32):
            %u = arith.addi %a, %b : i32
            linalg.yield %u : i32
        } -> tensor<2xi32>
        scf.yield %n, %p : tensor<2xi32>, tensor<2xi32>
      }
      return %r#0, %r#1 : tensor<2xi32>, tensor<2xi32>
    })mlir",
                                                        &context);
  auto model = llvm::cantFail(compileAndLoad(*module, *target));
  int32_t x[2][2] = {{1, -2}, {3, 1}}, p[2] = {1, 2}, q[2] = {1, 2}, gotP[2], gotQ[2];
  const int32_t start[2] = {1, 2};
  for (int step = 0; step < 6; ++step) {
    int32_t next[2] = {x[0][0] * p[0] + x[0][1] * p[1] + q[0], x[1][0] * p[0] + x[1][1] * p[1] + q[1]};
    std::copy_n(p, 2, q);
    std::copy_n(next, 2, p);
  }
  const void *inputs[] = {x, start};
  void *outputs[] = {gotP, gotQ};
  for (int repeat = 0; repeat < 2; ++repeat) { // the inputs are as they were
    ASSERT_EQ(model->run(inputs, outputs), 0);
    EXPECT_TRUE(std::equal(p, p + 2, gotP));
    EXPECT_TRUE(std::equal(q, q + 2, gotQ));
  }
}

TEST_F(EmitTest, RefusesUnknownMachines) {
  TargetOptions options;
  options.name = "no such target";
  EXPECT_NE(llvm::toString(createTarget(options).takeError()).find("reference"), std::string::npos);
  options.name = "reference";
  options.cpu = "no-such-cpu";
  EXPECT_NE(llvm::toString(createTarget(options).takeError()).find("no-such-cpu"), std::string::npos);
  options.cpu = "";
  options.features = "+nothing";
  EXPECT_NE(llvm::toString(createTarget(options).takeError()).find("nothing"), std::string::npos);
}

TEST_F(EmitTest, RunsTasksOnThreads) {
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceString<mlir::ModuleOp>(R"mlir(
    func.func private @square(%x: memref<1000xi32>, %y: memref<1000xi32>, %add: i32, %begin: index, %end: index) {
      %c1 = arith.constant 1 : index
      scf.for %i = %begin to %end step %c1 {
        %v = memref.load %x[%i] : memref<1000xi32>
        %s = arith.muli %v, %v : i32
        %t = arith.addi %s, %add : i32
        memref.store %t, %y[%i] : memref<1000xi32>
      }
      return
    }
    func.func @main(%x: memref<1000xi32>, %y: memref<1000xi32> {quern.result}) {
      %c0 = arith.constant 0 : index
      %c1000 = arith.constant 1000 : index
      %c7 = arith.constant 7 : i32
      call @square(%x, %y, %c7, %c0, %c1000) {quern.parallel} : (memref<1000xi32>, memref<1000xi32>, i32, index, index) -> ()
      return
    })mlir",
                                                                                     &context);
  mlir::PassManager pm(&context);
  addLowerToLLVMPasses(pm);
  ASSERT_TRUE(succeeded(pm.run(*module)));
  auto model = llvm::cantFail(loadObject(llvm::cantFail(emitObject(*module, *target, ModelInfo()))));
  std::vector<int32_t> x(1000), expected(1000);
  for (int32_t i = 0; i < 1000; ++i) {
    x[i] = i;
    expected[i] = i * i + 7;
  }
  for (int32_t threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    for (int repeat = 0; repeat < 100; ++repeat) {
      std::vector<int32_t> y(1000);
      const void *inputs[] = {x.data()};
      void *outputs[] = {y.data()};
      ASSERT_EQ(model->run(inputs, outputs, pool.parallel()), 0);
      ASSERT_EQ(y, expected) << threads << " threads";
    }
  }
}

} // namespace
} // namespace quern
