// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/SecondMoment.h"

#include "lib/Numerics/WideVectors.h"

#include <algorithm>
#include <cstring>

namespace quern {

/// Rows that are taken in at a time, and lanes of the sums that stay in registers meanwhile.
static constexpr int64_t kBlockRows = 64, kBlockLanes = 4, kBlockColumns = kBlockLanes * kLanes;

/// into[l] += x[r] * panel[r][l] for all r, one after the other.
static inline QUERN_LOOPS void accumulate(Lanes (&into)[kBlockLanes], const double *x,
                                          const Lanes (*panel)[kBlockLanes], int64_t count) {
  for (int64_t r = 0; r < count; ++r)
#pragma clang loop unroll(full)
    for (int64_t l = 0; l < kBlockLanes; ++l)
      into[l] += x[r] * panel[r][l];
}

static inline QUERN_LOOPS void load(Lanes (&to)[kBlockLanes], const double *from, int64_t count) {
  if (count == kBlockColumns) // a known size is copied without a call
    std::memcpy(to, from, sizeof to);
  else
    std::memcpy(to, from, count * sizeof(double));
}

static inline QUERN_LOOPS void store(double *to, const Lanes (&from)[kBlockLanes], int64_t count) {
  if (count == kBlockColumns)
    std::memcpy(to, from, sizeof from);
  else
    std::memcpy(to, from, count * sizeof(double));
}

void SecondMoment::add(std::span<const float> rows) {
  // Columns of the block lie together, and a panel of some of them; neighbours in memory are not a power of
  // two apart.
  int64_t padded = (size + kBlockColumns - 1) / kBlockColumns * kBlockColumns;
  std::vector<double> columns(padded * kBlockRows, 0.0);
  auto given = static_cast<int64_t>(rows.size()) / size;
  for (int64_t first = 0; first < given; first += kBlockRows) {
    int64_t height = std::min(kBlockRows, given - first);
    for (int64_t r = 0; r < height; ++r)
      for (int64_t i = 0; i < size; ++i) {
        double x = rows[(first + r) * size + i];
        columns[i * kBlockRows + r] = x;
        totals[i] += x;
      }
    withWideVectors([&]() QUERN_LOOPS {
      Lanes panel[kBlockRows][kBlockLanes], tile[kBlockLanes];
      for (int64_t left = 0; left < size; left += kBlockColumns) {
        int64_t width = std::min(kBlockColumns, size - left);
        for (int64_t r = 0; r < height; ++r)
          for (int64_t j = 0; j < kBlockColumns; ++j)
            panel[r][j / kLanes][j % kLanes] = columns[(left + j) * kBlockRows + r];
        for (int64_t i = 0; i < left + width; ++i) {
          double *into = sums.data() + i * size + left;
          // The next row is far away in memory: no hardware expects it.
          for (int64_t l = 0; l < kBlockLanes; ++l)
            __builtin_prefetch(into + 2 * size + l * kLanes, 1);
          load(tile, into, width);
          accumulate(tile, columns.data() + i * kBlockRows, panel, height);
          store(into, tile, width);
        }
      }
    });
    count += height;
  }
}

std::vector<double> SecondMoment::get() const {
  std::vector<double> whole = sums;
  for (int64_t i = 0; i < size; ++i)
    for (int64_t j = 0; j < i; ++j)
      whole[i * size + j] = sums[j * size + i];
  return whole;
}

std::vector<double> SecondMoment::getMean() const {
  std::vector<double> mean = totals;
  for (double &value : mean)
    value /= static_cast<double>(std::max<int64_t>(count, 1));
  return mean;
}

std::vector<double> SecondMoment::getCentered() const {
  std::vector<double> centered = get(), mean = getMean();
  for (int64_t i = 0; i < size; ++i)
    for (int64_t j = 0; j < size; ++j)
      centered[i * size + j] -= totals[i] * mean[j];
  // Of elements that are always alike, rounding may leave less than nothing.
  for (int64_t i = 0; i < size; ++i)
    centered[i * size + i] = std::max(centered[i * size + i], 0.0);
  return centered;
}

std::vector<double> momentDiagonal(std::span<const double> moment, int64_t size) {
  std::vector<double> diagonal;
  for (int64_t i = 0; i < size; ++i)
    diagonal.push_back(moment[i * size + i]);
  return diagonal;
}

double dampingOf(std::span<const double> moment, int64_t size) {
  double trace = 0;
  for (int64_t i = 0; i < size; ++i)
    trace += moment[i * size + i];
  return 0.05 * trace / static_cast<double>(size);
}

std::vector<double> multiplyMoment(std::span<const double> moment, int64_t size, int64_t first, int64_t end,
                                   std::span<const double> matrix, int64_t columns) {
  std::vector<double> product(size * columns, 0.0);
  std::vector<Lanes> strip((end - first) * kBlockLanes);
  withWideVectors([&]() QUERN_LOOPS {
    auto *panel = reinterpret_cast<const Lanes(*)[kBlockLanes]>(strip.data());
    Lanes tile[kBlockLanes];
    for (int64_t left = 0; left < columns; left += kBlockColumns) {
      int64_t width = std::min(kBlockColumns, columns - left);
      for (int64_t k = 0; k < end - first; ++k)
        std::memcpy(&strip[k * kBlockLanes], matrix.data() + k * columns + left, width * sizeof(double));
      for (int64_t i = 0; i < size; ++i) {
        std::fill(std::begin(tile), std::end(tile), Lanes{});
        accumulate(tile, moment.data() + i * size + first, panel, end - first);
        store(product.data() + i * columns + left, tile, width);
      }
    }
  });
  return product;
}

} // namespace quern
