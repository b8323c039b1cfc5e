// The cost model of register tiles.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/CPU/IR/QuernCPU.h"
#include "lib/Targets/CPU/Loops/Capabilities.h"

namespace quern::cpu {

/// Output positions (rows x columns) and vectors of channels that stay in registers.
struct TileShape {
  int64_t rows = 1, columns = 1, vectors = 1;
};

/// The cheapest tile for an output of rows x columns positions and `vectors` vectors of channels.
///
/// One step of the reduction multiplies rows * columns * vectors times, and loads rows * columns scalars and
/// `vectors` vectors. It takes the longest of the multiplications, the loads, and the latency of one
/// multiplication, in units of half a cycle of a machine that multiplies and loads twice per cycle; all
/// tiles, also the smaller ones at the ends, are counted.
TileShape chooseTile(int64_t rows, int64_t columns, int64_t vectors, Multiply multiply,
                     const Capabilities &capabilities);

} // namespace quern::cpu
