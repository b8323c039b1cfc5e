// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ScopeMethod : Pass<"quern-scope-method", "mlir::func::FuncOp"> {
  let summary = "Keep the next method off the edges for which a recipe does not ask it";
  let description = [{
    Marks the consumers of each edge (passes/EdgeTransforms) whose methods, by the recipe, do not name `method`:
    `quern.left_alone`. Marks of an earlier run are removed, so that this pass before each method and once behind the
    last is all that it takes; methods know nothing of recipes.

    An edge has one scale for all its consumers. Where they fall under different rules, the first of these rules decides
    for the edge, and the default if there is none. Consumers that stay float do not count, since the transform keeps
    their function; an edge of such consumers alone is left alone. A product of two computed values (queries and keys) is
    marked by its own settings.

    ```mlir
    // before, with a rule of methods [smoothquant] for name query, default methods [], and method=smoothquant
    %q = onnx.MatMul(%x, %wq) : (tensor<8x2xf32>, tensor<2x3xf32>) -> tensor<8x3xf32> loc("query")
    %d = onnx.MatMul(%y, %wd) : (tensor<8x2xf32>, tensor<2x3xf32>) -> tensor<8x3xf32> loc("down")
    // after
    %q = onnx.MatMul(%x, %wq) : (tensor<8x2xf32>, tensor<2x3xf32>) -> tensor<8x3xf32> loc("query")
    %d = onnx.MatMul(%y, %wd) {quern.left_alone} : (tensor<8x2xf32>, tensor<2x3xf32>) -> tensor<8x3xf32> loc("down")
    ```
  }];
  let options = [
    Option<"recipeFile", "recipe", "std::string", /*default=*/"\"\"", "A recipe in YAML or JSON">,
    Option<"method", "method", "std::string", /*default=*/"\"\"", "The method that runs next; empty: remove the marks">,
  ];
}
