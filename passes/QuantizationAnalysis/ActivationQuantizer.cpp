// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/QuantizationAnalysis/ActivationQuantizer.h"

#include <algorithm>
#include <cmath>

namespace quern {

Quantizer chooseActivationQuantizer(QuantizerAttr attribute, double min, double max) {
  unsigned bits = attribute.getFormat().getBits();
  bool isSigned = attribute.getFormat().getIsSigned();
  CodeRange codes = isSigned ? CodeRange::signedBits(bits) : CodeRange::unsignedBits(bits);
  if (attribute.getScheme() == Scheme::Asymmetric)
    return chooseAsymmetric(min, max, codes);
  Quantizer quantizer =
      chooseSymmetric(std::max(std::abs(min), std::abs(max)), CodeRange::symmetricBits(bits));
  return {quantizer.scale, isSigned ? 0 : 1 << (bits - 1), codes};
}

} // namespace quern
