// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def NoisyQuantization : Pass<"quern-noisy-quantization", "mlir::func::FuncOp"> {
  let summary = "NoisyQuant: add a fixed vector before rounding, and take it off behind the weights";
  let description = [{
    For each edge x with readers W and b, and codes of step s that are known from calibration:

        y = Q(x + N) W + (b - N W),   N_c = m + n u_c

    u_c in [-1, 1) is fixed: the first numbers of the sequence that `seed` starts, one for each channel, shared by all rows. What is added
    and what is taken off are the same f32 numbers, so without Q the function stays. A value at distance d from the boundary
    between two codes expects its squared error to change by

        D = n^2/3 - n h + 2 h d - (h/n) d^2,   h = s/2, d <= n

    (lib/Numerics/NoiseError.h): noise helps values that lie near boundaries, as the many small ones behind GELU do, and harms those in the
    middle of a step. So it is searched: m = -h, -7h/8, ..., 7h/8, then n = h/20, 2h/20, ..., h, of which only those are tried
    that D expects to help the edge's rows. More than half a step cannot help: rounding repeats from step to step. Kept is what gives
    the readers' outputs the least error on the rows (passes/EdgeTransforms/OutputError.h), or the edge as it was; with amplitude=0 every edge
    is left as it was.

    N is a shift of the edge's channels, so nothing of it is left at run time where the producer has a bias: a bias in front of a
    requantization has the step of the accumulator, which holds fractions of s. Behind an op that can take no shift (GELU) an Add
    remains, in float as the op before it, where the error falls to `worth` of what it was. In an exported model N stands in a bias, or in an
    Add before QuantizeLinear.

    Constraints (else the edge stays as it is):
    - (C1) every reader can take a shift, and its weights are a matrix along the last axis
    - (C2) the edge's range and rows (`quern.rows`) are known
    - (C3) activations are to be static codes
    - (C4) the edge has no noise yet. A method that owns scales may have transformed it before

    Source: Liu et al., "NoisyQuant: Noisy Bias-Enhanced Post-Training Activation Quantization for Vision Transformers", CVPR 2023;
    the published program draws u from a normal distribution, the paper and this pass from a uniform one.

    ```mlir
    // before
    %y = onnx.Gemm(%x, %w, %none) : (tensor<8x2xf32>, tensor<2x3xf32>, none) -> tensor<8x3xf32>
    // after, with b = w^T z
    %t = quern.edge_transform %x {axis = 1 : i64, provenance = ["noisyquant"], quern.ranges = [#quern.range<-2.0, 1.984375, "auto">],
                                  scale = array<f32: 1.0, 1.0>, shift = array<f32: 0.001, -0.004>} : tensor<8x2xf32>
    %y = onnx.Gemm(%t, %w, %b) : (tensor<8x2xf32>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<8x3xf32>
    ```
  }];
  let options = [
    Option<"seed", "seed", "uint64_t", "1", "Starts the sequence of the noise">,
    Option<"amplitude", "amplitude", "double", "1.0", "The largest offset and amplitude that are tried, in half steps; 0: none">,
    Option<"worthAnOp", "worth", "double", "0.9", "The share of the error below which an Add may remain">];
  let dependentDialects = ["::quern::onnx::ONNXDialect", "::quern::QuernDialect"];
}
