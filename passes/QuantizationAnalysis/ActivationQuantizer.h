// The quantizer of activations whose range is known.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Numerics/Quantizer.h"

namespace quern {

/// One scale and zero point for values in [min, max], in the format and scheme of `attribute`.
Quantizer chooseActivationQuantizer(QuantizerAttr attribute, double min, double max);

} // namespace quern
