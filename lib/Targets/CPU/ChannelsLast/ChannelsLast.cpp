// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/ChannelsLast/ChannelsLast.h"

#include "lib/Targets/CPU/ChannelsLast/RewriteLayouts.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace quern {
#define GEN_PASS_DEF_CHANNELSLAST
#include "lib/Targets/CPU/ChannelsLast/ChannelsLast.h.inc"

namespace {
struct ChannelsLastPass : impl::ChannelsLastBase<ChannelsLastPass> {
  void runOnOperation() override {
    cpu::LayoutMap layouts = cpu::assignLayouts(getOperation());
    if (!layouts.empty())
      cpu::rewriteLayouts(getOperation(), layouts);
  }
};
} // namespace
} // namespace quern
