//===- ChannelsLast.td - convolutions walk contiguous channels --*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ChannelsLast : Pass<"quern-cpu-channels-last", "mlir::func::FuncOp"> {
  let summary = "hold the values around convolutions and pools with their channels innermost";
  let description = [{
    A value x connected with a window (a convolution, a pool) is held as x' = transpose(x, p), where p puts the batch first, then
    the positions, then the channels. linalg ops take an operand in any order by composing p into its indexing map; pads,
    slices and concatenations permute their lists; reshapes that keep the order of dimensions are made again between the
    permuted shapes. Constants are permuted at compile time. What is left at the edges is a transpose, or a reshape where p
    moves only dimensions of one. A function argument that a linalg op reads directly needs neither: the op reads it as
    it is.

    The loops of each linalg op follow the order of its result afterwards, so that channels are the innermost parallel loop.

    Before:
    ```mlir
    %1 = linalg.generic {relu} ins(%0 : tensor<1x64x14x14xf32>)
    ```
    After:
    ```mlir
    %1 = linalg.generic {relu} ins(%0 : tensor<1x14x14x64xf32>)
    ```
  }];
  let dependentDialects = ["mlir::linalg::LinalgDialect", "mlir::tensor::TensorDialect", "mlir::arith::ArithDialect"];
}
