// What `quernc --help` says before it lists the flags.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace quern {

inline constexpr const char overview[] =
    R"(OVERVIEW: quernc: compiles an ONNX model to a native binary, in float or quantized

EXAMPLES:
  quernc model.onnx -o model.so
      float, for this machine
  quernc model.onnx --quantize=W8A8 --calibration-data=calib.npz -o model.so
      8-bit weights and activations, ranges from the samples in calib.npz
  quernc model.onnx --quantize=W4A8 --group-size=32 --calibration-data=calib.npz -o model.so
      4-bit weights in groups of 32, 8-bit activations
  quernc model.onnx --quantize=W4A16 --group-size=32 -o model.so
      4-bit weights in groups of 32, float activations; needs no data
  quernc model.onnx --quantize=W8A8 --activations=dynamic -o model.so
      8-bit matrix products, each row of activations with a scale of its own; needs no data
  quernc model.onnx --assign=auto --budget=size=0.7x --calibration-data=calib.npz -o model.so
      the bits of each weight chosen so that the model fits (docs/mixed-precision.md)
  quernc model.onnx --assign=auto --budget=latency=2ms --calibration-data=calib.npz -o model.so
      the most accurate precisions, float among them, that keep to the time
  quernc model.onnx --quantize=W8A8 --calibration-data=calib.npz --report=report.html -o model.so
      and a page that says which nodes lose accuracy and time, why, and what would help
  quernc model.onnx --recipe=recipe.yaml --calibration-data=calib.npz -o model.so
      different precisions and methods for different nodes (docs/recipes.md)
  quernc model.onnx --quantize=W8A8 --calibration-data=calib.npz --emit=onnx -o model.qdq.onnx
      the same decisions as an ONNX model with QuantizeLinear/DequantizeLinear, for other runtimes
  quernc model.onnx --dim=batch=1,sequence=128 -o model.so
      binds symbolic dimensions; those left open take the sizes of the calibration samples, where all agree
  quernc model.onnx --stop-after=prepare --emit=mlir -o -
      the IR after a stage (import, prepare, calibrate, transform, assign, quantize, integerize, structure, target)
  quernc diff a.so b.so
      two compiled models, or two reports, side by side (quernc diff --help)

EXIT STATUS: 0 done, 1 the model or the data was refused (every reason is listed), 2 wrong usage
LIMITS: model files of 2 GiB (external data unlimited), 300,000 nodes, subgraphs nested 64 deep, 32 dimensions;
        compiled or calibrated: 10,000 operators (a contraction counts as 8; each result beyond the first and each
        operand beyond the fourth counts too), 1,000 operands each, 2,000 inputs and outputs, tensors of 2 GiB)";

} // namespace quern
