// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/LowerContractions/ChooseTile.h"

#include <algorithm>

namespace quern::cpu {

static int64_t stepCost(int64_t positions, int64_t vectors) {
  constexpr int64_t latency = 8, loopOverhead = 1;
  return std::max({positions * vectors, positions + vectors, latency}) + loopOverhead;
}

namespace {
/// How often an extent is covered by a full tile, and what is left.
struct Cover {
  int64_t size[2];
  int64_t count[2];
  Cover(int64_t extent, int64_t tile) : size{tile, extent % tile}, count{extent / tile, extent % tile != 0} {}
};
} // namespace

static double tiledCost(int64_t rows, int64_t columns, int64_t vectors, TileShape tile) {
  Cover r(rows, tile.rows), c(columns, tile.columns), v(vectors, tile.vectors);
  double cost = 0;
  int variants = 0;
  for (int i : {0, 1})
    for (int j : {0, 1})
      for (int k : {0, 1}) {
        int64_t count = r.count[i] * c.count[j] * v.count[k];
        cost += double(count) * double(stepCost(r.size[i] * c.size[j], v.size[k]));
        variants += count != 0;
      }
  // Each variant is code: worth having for a gain, not for a rounding error of the model.
  return cost * (1 + 0.01 * variants);
}

static int64_t registersFor(TileShape tile, Multiply multiply) {
  int64_t operands = tile.vectors + 1; // the weights of a step and one broadcast scalar
  if (multiply == Multiply::DotPairs || multiply == Multiply::MultiplyAdd)
    ++operands; // the product before it is added
  return tile.rows * tile.columns * tile.vectors + operands;
}

TileShape chooseTile(int64_t rows, int64_t columns, int64_t vectors, Multiply multiply,
                     const Capabilities &capabilities) {
  TileShape best;
  double bestCost = tiledCost(rows, columns, vectors, best);
  int64_t registers = capabilities.vectorRegisters;
  for (int64_t v = 1; v <= std::min(vectors, registers); ++v)
    for (int64_t r = 1; r <= std::min<int64_t>(rows, registers); ++r)
      for (int64_t c = 1; c <= std::min<int64_t>(columns, registers); ++c) {
        TileShape tile{r, c, v};
        if (registersFor(tile, multiply) > registers)
          break;
        double cost = tiledCost(rows, columns, vectors, tile);
        if (cost < bestCost) {
          best = tile;
          bestCost = cost;
        }
      }
  return best;
}

} // namespace quern::cpu
