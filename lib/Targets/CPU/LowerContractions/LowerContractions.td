//===- LowerContractions.td - contractions to vector loops ----*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def LowerContractions : Pass<"quern-cpu-lower-contractions", "mlir::func::FuncOp"> {
  let summary = "lower bufferized quern_cpu.contraction to register-tiled vector loops";
  let description = [{
    One nest for convolutions and matrix products. Every loop moves every operand by a constant stride; parallel loops that
    are contiguous in all operands are merged, so that a 1x1 convolution is a matrix product. A tile of h x w output
    positions and v vectors of channels is held in registers over the whole reduction:

        for each tile (scf.parallel):
          acc[h][w][v] = initial
          for each reduction: b[v] = load rhs;  for each h, w: a = broadcast lhs;  acc[h][w][v] += a * b[v]
          store epilogue(acc)

    The tile is the one that a model of the registers and of the loads and multiplications of a step finds cheapest.
    Positions and channels left over at the end get their own, smaller tile: nothing is computed twice, so an operand of
    the epilogue may share memory with the output, and tiles may run in any order.
  }];
  let dependentDialects = ["mlir::scf::SCFDialect", "mlir::vector::VectorDialect", "mlir::arith::ArithDialect",
                           "mlir::memref::MemRefDialect", "mlir::LLVM::LLVMDialect"];
  let options = [
    Option<"triple", "triple", "std::string", "", "target triple; this machine's when empty">,
    Option<"cpu", "cpu", "std::string", "", "LLVM's name of the processor; this machine's when empty">,
    Option<"features", "features", "std::string", "", "features added to or taken from the processor's, +avx2,-fma">];
}
