// What the ops of the dialect have in common.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef QUERN_INTERFACES
#define QUERN_INTERFACES

include "mlir/IR/OpBase.td"

def Quern_QuantizedResultInterface : OpInterface<"QuantizedResultInterface"> {
  let cppNamespace = "::quern";
  let description = [{
    An op whose last step is `clamp(rhe(v) + zero_point, min, max)` into an
    8-bit integer tensor. A following Relu or Clip is absorbed by narrowing
    `[min, max]`.

    Constraints: (Q1) the element type of the result holds min and max;
    (Q2) min <= max; (Q3) the zero point is a code of the element type.
  }];
  let methods = [
    InterfaceMethod<"The code of real zero.", "int64_t", "getZeroPoint">,
    InterfaceMethod<"The smallest code produced.", "int64_t", "getMin">,
    InterfaceMethod<"The largest code produced.", "int64_t", "getMax">,
    InterfaceMethod<"Narrows the codes produced to [min, max].", "void", "setClamp", (ins "int64_t":$min, "int64_t":$max),
      /*methodBody=*/"", /*defaultImplementation=*/[{ $_op.setMin(min); $_op.setMax(max); }]>,
  ];
  let verify = [{ return ::quern::detail::verifyQuantizedResult($_op); }];
}

#endif // QUERN_INTERFACES
