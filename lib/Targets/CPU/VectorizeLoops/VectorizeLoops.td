//===- VectorizeLoops.td - linalg on memrefs to vector loops ---*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def VectorizeLoops : Pass<"quern-cpu-vectorize-loops", "mlir::func::FuncOp"> {
  let summary = "lower bufferized linalg ops to loops over vectors of the contiguous dimension";
  let description = [{
    Element-wise ops, pools, depthwise convolutions, fills, copies and reductions alike:

        for each tile of positions p and vectors v (scf.parallel):
          acc[p][v] = out[p][v]                        (only where the body reads it)
          for each reduction: acc[p][v] = body(inputs[p][v], acc[p][v])
          out[p][v] = acc[p][v]

    The vector dimension is a parallel loop that moves the outputs by one element and the inputs by one or none; loops that are
    contiguous in all operands are merged before. Reductions keep their order, so floats keep their bits. Short reductions are
    written out, so that neighbouring positions of a window share their loads. An op without a vector dimension, as a
    reduction over the contiguous dimension, is computed for several positions side by side.

    Ops whose body has no vector form (linalg.index, i1 in memory, dynamic shapes) stay for the plain loops.
  }];
  let dependentDialects = ["mlir::scf::SCFDialect", "mlir::vector::VectorDialect", "mlir::arith::ArithDialect",
                           "mlir::memref::MemRefDialect", "mlir::LLVM::LLVMDialect"];
  let options = [
    Option<"triple", "triple", "std::string", "", "target triple; this machine's when empty">,
    Option<"cpu", "cpu", "std::string", "", "LLVM's name of the processor; this machine's when empty">,
    Option<"features", "features", "std::string", "", "features added to or taken from the processor's, +avx2,-fma">];
}
