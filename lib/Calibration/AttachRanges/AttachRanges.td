// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def AttachRanges : Pass<"quern-attach-ranges", "mlir::ModuleOp"> {
  let summary = "Attach the ranges that an observer chooses from statistics of calibration";
  let description = [{
    Each value that was observed gets `#quern.range<min, max, "observer">`: the result of an op in the op's attribute
    `quern.ranges` (one entry for each result, unit where nothing is known), an argument in its attribute `quern.range`.
    Values are found in the statistics by the name that `quern-insert-observers` gives them. The observers, with their
    formulas and sources, are those of lib/Numerics/Observer.h; 0 is in every range.

    Constraints: (C1) the statistics are of this module: its `onnx.model_hash`, if it has one, is theirs; (C2) every
    value was finite; (C3) the statistics know at least one value.

    ```mlir
    // before
    func.func @main(%x: tensor<1x4xf32> {onnx.name = "x"}) -> tensor<1x4xf32> {
      %y = onnx.Relu(%x) {onnx.value_names = ["y"]} : (tensor<1x4xf32>) -> tensor<1x4xf32>
      return %y : tensor<1x4xf32>
    }
    // after --quern-attach-ranges="statistics=calib.json observer=min-max"
    func.func @main(%x: tensor<1x4xf32> {onnx.name = "x",
                                         quern.range = #quern.range<-1.0, 2.0, "min-max">}) -> tensor<1x4xf32> {
      %y = onnx.Relu(%x) {onnx.value_names = ["y"], quern.ranges = [#quern.range<0.0, 2.0, "min-max">]}
        : (tensor<1x4xf32>) -> tensor<1x4xf32>
      return %y : tensor<1x4xf32>
    }
    ```
  }];
  let options = [
    Option<"statistics", "statistics", "std::string", /*default=*/"", "File of the statistics (JSON)">,
    Option<"observer", "observer", "std::string", /*default=*/"\"norm\"",
           "min-max, moving-average, percentile, entropy, mse or norm">,
    Option<"percentile", "percentile", "double", /*default=*/"99.99", "Share of the values that is kept, in percent">,
    Option<"bits", "bits", "unsigned", /*default=*/"8", "Bits of the codes, which entropy, mse and norm look at">,
  ];
  let dependentDialects = ["quern::QuernDialect"];
}
