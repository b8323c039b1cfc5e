// What passes ask of an op instead of its name.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef QUERN_ONNX_INTERFACES_TD
#define QUERN_ONNX_INTERFACES_TD

include "mlir/IR/OpBase.td"

def ShapeInferenceOpInterface : OpInterface<"ShapeInferenceOpInterface"> {
  let cppNamespace = "::quern::onnx";
  let description = [{
    Computes the result types that follow from operand types, attributes and constant operands.

    The op itself is not changed. What is unknown stays unknown: a dynamic dimension, or a tensor without rank. Operands
    that cannot be computed with (shapes that do not fit each other, ...) are reported on the op, and the call fails.
    The op's verifier calls it too: a declared result type that contradicts the inferred one is refused (C2 of every op).
  }];
  let methods = [InterfaceMethod<
    "Appends one type per result.",
    "::llvm::LogicalResult", "inferShapes", (ins "::llvm::SmallVectorImpl<::mlir::Type> &":$types)>];
  let verify = [{ return ::quern::onnx::detail::verifyInferredShapes($_op); }];
}

def DataMovementOpInterface : OpInterface<"DataMovementOpInterface"> {
  let cppNamespace = "::quern::onnx";
  let description = [{
    The elements of the results are elements of the moved operands: chosen, repeated or reordered, never computed. So
    the op commutes with any increasing elementwise map, quantization first of all: quantized operands of equal scale
    and zero point give a result of that scale and zero point. (MaxPool and Max choose by order, hence "increasing".)
  }];
  let methods = [
    InterfaceMethod<"Numbers of the operands whose elements move. None, if with its attributes the op computes.",
      "::llvm::SmallVector<unsigned>", "getMovedOperands">,
    InterfaceMethod<"True if the results may hold the number zero besides the operands' elements (padding).",
      "bool", "insertsZeros", (ins), "", [{ return false; }]>];
}

def ConstantEvaluationOpInterface : OpInterface<"ConstantEvaluationOpInterface"> {
  let cppNamespace = "::quern::onnx";
  let description = [{
    Computes the op's only result at compile time. Meant for shape arithmetic and for rearranging initializers.
  }];
  let methods = [InterfaceMethod<
    "The result, or null: an operand is null where it is not constant, and the op may need it.",
    "::mlir::ElementsAttr", "evaluate", (ins "::llvm::ArrayRef<::mlir::Attribute>":$operands)>];
}

def QuantizableOpInterface : OpInterface<"QuantizableOpInterface"> {
  let cppNamespace = "::quern::onnx";
  let description = [{
    An op whose arithmetic can be done on quantized integers, and the roles of its operands in it.
  }];
  let methods = [
    InterfaceMethod<"Numbers of the operands that are activations, a weight that is computed at run time included.",
      "::llvm::SmallVector<unsigned>", "getActivationOperands">,
    InterfaceMethod<"Number of the operand that is a weight, if the op has one and it is constant.",
      "std::optional<unsigned>", "getWeightOperand">,
    InterfaceMethod<"The axis of the weight that numbers the output channels; valid where there is a weight.",
      "std::optional<int64_t>", "getWeightChannelAxis">,
    InterfaceMethod<"Number of the bias operand, if the op has one and it is present.",
      "std::optional<unsigned>", "getBiasOperand">,
    InterfaceMethod<"How the op computes on codes.",
      "::quern::onnx::IntegerForm", "getIntegerForm">,
    InterfaceMethod<"The range of the results that holds for every input, if there is one.",
      "std::optional<::quern::onnx::KnownRange>", "getKnownRange">];
}

def ChannelTransformOpInterface : OpInterface<"ChannelTransformOpInterface"> {
  let cppNamespace = "::quern::onnx";
  let description = [{
    How a map of channels, y' = (y - z) / s with s > 0 and one s and z for each index along one axis, passes through an op:
    from its result to its operands, or its inverse from an operand into a constant weight. Both leave the function that
    the graph computes as it is (Structure of a fold: passes/EdgeTransforms).
  }];
  let methods = [
    InterfaceMethod<
      "Ways to have result 0 transformed along `axis`, the preferred first; each names every operand that must change for it. "
      "None, if the map cannot pass. `shifted` tells whether a z differs from 0.",
      "::llvm::SmallVector<::quern::onnx::ChannelRoute>", "getChannelRoutes", (ins "int64_t":$axis, "bool":$shifted),
      "", [{ return {}; }]>,
    InterfaceMethod<
      "The weight that takes in the inverse, x = s * x' + z, of a map of operand `number` along `axis`; nothing if none does.",
      "std::optional<::quern::onnx::ChannelAbsorption>", "getChannelAbsorption",
      (ins "unsigned":$number, "int64_t":$axis, "bool":$shifted), "", [{ return std::nullopt; }]>];
}

#endif // QUERN_ONNX_INTERFACES_TD
