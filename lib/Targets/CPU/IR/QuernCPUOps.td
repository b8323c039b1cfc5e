//===- QuernCPUOps.td - Kernels of the CPU target --------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef QUERN_CPU_OPS
#define QUERN_CPU_OPS

include "lib/Targets/CPU/IR/QuernCPUDialect.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def QuernCPU_YieldOp : Op<QuernCPU_Dialect, "yield", [Pure, Terminator, ParentOneOf<["ContractionOp", "WindowOp"]>]> {
  let summary = "ends the epilogue of a kernel";
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def QuernCPU_ContractionOp : Op<QuernCPU_Dialect, "contraction",
    [AttrSizedOperandSegments, DestinationStyleOpInterface, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
     SingleBlock, RecursivelySpeculatable]> {
  let summary = "convolution or matrix product with packed weights and an epilogue";
  let description = [{
    With loops i (parallel, in the order of the output; the last is n, the output channel) and r (reductions, outer to inner):

        acc[i]  = initial[i] + sum over r of lhs[i, r] * rhs[i, r]
        out[i]  = epilogue(acc[i], extras[i]...)

    Integer sums are exact in i32; f32 sums run in the order of r.

    `indexing_maps` gives, in this order, the maps of lhs, rhs, initial (if present), extras and out over the loops (i, r). The
    map of a packed rhs is the map its source had; only its shape is packed:

        rhs : [batch, ceil(N / L), groups of r, L * K0]

    `batch` counts the parallel loops that both lhs and rhs follow, L is the vector length `lanes`, and K0 values of a reduction
    meet in one lane of the multiply instruction. The innermost `run` reduction loops are contiguous in lhs and form one run, cut
    into ceil(run / K0) groups. A run that is not a multiple of K0 ends in a group that overlaps its neighbour, where the
    overlapped weights are zero: so no byte outside lhs is read. A run shorter than K0 is padded with zero weights.

    With `nibbles`, a packed rhs of i8 holds two weights to a byte:

        rhs : [batch, ceil(N / L), 1 + runs * ceil(groups of a run / 2), L * K0]

    The first row of a block has the lowest weight of each of its columns, at most 0. Byte j of a later row has the weights
    j of two successive groups of a run less that, the first in the low half.

    - (C1) out's map is the identity on the parallel loops.
    - (C2) lhs does not depend on n.
    - (C3) `dot_quads` multiplies u8 by s8: lhs is i8, rhs is i8 with K0 = 4; `dot_pairs` has K0 = 2 and rhs i16; others K0 = 1.
      With `nibbles`, rhs is packed and i8.
    - (C4) `lhs_signed` says that lhs holds s8; else u8.
    - (C5) the region takes the accumulator and one scalar per extra operand, and yields one scalar of out's element type.
  }];
  let arguments = (ins
    AnyShaped:$lhs, AnyShaped:$rhs, Optional<AnyShaped>:$initial, Variadic<AnyShaped>:$extras, AnyShaped:$out,
    DenseI64ArrayAttr:$loop_sizes, I64Attr:$reduction_count, AffineMapArrayAttr:$indexing_maps,
    QuernCPU_MultiplyAttr:$multiply, I64Attr:$lanes, I64Attr:$run, UnitAttr:$packed, UnitAttr:$lhs_signed,
    UnitAttr:$nibbles);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$epilogue);
  let hasVerifier = 1;
  let assemblyFormat = [{
    `ins` `(` $lhs `,` $rhs `:` type($lhs) `,` type($rhs) `)`
      (`initial` `(` $initial^ `:` type($initial) `)`)? (`extras` `(` $extras^ `:` type($extras) `)`)?
      `outs` `(` $out `:` type($out) `)` attr-dict-with-keyword $epilogue (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    mlir::MutableOperandRange getDpsInitsMutable() { return getOutMutable(); }
    unsigned getParallelCount() { return getLoopSizes().size() - getReductionCount(); }
    /// Reduction values that meet in one lane.
    int64_t getGroupSize();
    mlir::Type getAccumulatorType() { return getEpilogue().getArgument(0).getType(); }
    mlir::AffineMap getMap(unsigned index) { return llvm::cast<mlir::AffineMapAttr>(getIndexingMaps()[index]).getValue(); }
    mlir::AffineMap getLhsMap() { return getMap(0); }
    mlir::AffineMap getRhsMap() { return getMap(1); }
    mlir::AffineMap getInitialMap() { return getMap(2); }
    mlir::AffineMap getExtraMap(unsigned index) { return getMap((getInitial() ? 3 : 2) + index); }
    mlir::AffineMap getOutMap() { return getMap(getIndexingMaps().size() - 1); }
  }];
}

def QuernCPU_WindowOp : Op<QuernCPU_Dialect, "window",
    [AttrSizedOperandSegments, DestinationStyleOpInterface, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
     RecursivelySpeculatable]> {
  let summary = "reduction within each channel, with an epilogue: depthwise convolutions, pools, sums";
  let description = [{
    With loops i (parallel, in the order of the output) and r (reductions):

        acc[i] = initial[i];  for each r: acc[i] = body(inputs[i, r]..., acc[i])
        out[i] = epilogue(acc[i], extras[i]...)

    Reductions run in the order of r. `indexing_maps` gives the maps of the inputs, of initial, of the extras and of out over (i, r).

    - (W1) out's map is the identity on the parallel loops.
    - (W2) body takes one scalar per input and the accumulator; epilogue takes the accumulator and one scalar per extra.
  }];
  let arguments = (ins
    Variadic<AnyShaped>:$inputs, AnyType:$initial, Variadic<AnyShaped>:$extras, AnyShaped:$out,
    DenseI64ArrayAttr:$loop_sizes, I64Attr:$reduction_count, AffineMapArrayAttr:$indexing_maps);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body, SizedRegion<1>:$epilogue);
  let hasVerifier = 1;
  let assemblyFormat = [{
    `ins` `(` $inputs `:` type($inputs) `)` `initial` `(` $initial `:` type($initial) `)`
      (`extras` `(` $extras^ `:` type($extras) `)`)?
      `outs` `(` $out `:` type($out) `)` attr-dict-with-keyword $body `epilogue` $epilogue (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    mlir::MutableOperandRange getDpsInitsMutable() { return getOutMutable(); }
    unsigned getParallelCount() { return getLoopSizes().size() - getReductionCount(); }
    mlir::AffineMap getMap(unsigned index) { return llvm::cast<mlir::AffineMapAttr>(getIndexingMaps()[index]).getValue(); }
    mlir::AffineMap getOutMap() { return getMap(getIndexingMaps().size() - 1); }
  }];
}

#endif // QUERN_CPU_OPS
