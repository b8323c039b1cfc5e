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

static int64_t padded(int64_t size) { return (size + kBlockColumns - 1) / kBlockColumns * kBlockColumns; }

/// The columns of up to kBlockRows rows one after the other, each followed by what it lacks of a block:
/// neighbours in memory are not a power of two apart. Sums of the columns go to `totals`.
static void transpose(std::span<const float> rows, int64_t size, int64_t height, std::vector<double> &columns,
                      std::vector<double> &totals) {
  for (int64_t r = 0; r < height; ++r)
    for (int64_t i = 0; i < size; ++i) {
      double x = rows[r * size + i];
      columns[i * kBlockRows + r] = x;
      totals[i] += x;
    }
}

/// sums[i][j] += sum_r left[i][r] * right[j][r] for transposed rows; if `upper`, no more than the upper
/// triangle is wanted.
static void addProducts(std::vector<double> &sums, int64_t size, const std::vector<double> &leftColumns,
                        const std::vector<double> &rightColumns, int64_t height, bool upper) {
  withWideVectors([&]() QUERN_LOOPS {
    Lanes panel[kBlockRows][kBlockLanes], tile[kBlockLanes];
    for (int64_t left = 0; left < size; left += kBlockColumns) {
      int64_t width = std::min(kBlockColumns, size - left);
      for (int64_t r = 0; r < height; ++r)
        for (int64_t j = 0; j < kBlockColumns; ++j)
          panel[r][j / kLanes][j % kLanes] = rightColumns[(left + j) * kBlockRows + r];
      for (int64_t i = 0, end = upper ? left + width : size; i < end; ++i) {
        double *into = sums.data() + i * size + left;
        // The next row is far away in memory: no hardware expects it.
        for (int64_t l = 0; l < kBlockLanes; ++l)
          __builtin_prefetch(into + 2 * size + l * kLanes, 1);
        load(tile, into, width);
        accumulate(tile, leftColumns.data() + i * kBlockRows, panel, height);
        store(into, tile, width);
      }
    }
  });
}

void SecondMoment::add(std::span<const float> rows) {
  std::vector<double> columns(padded(size) * kBlockRows, 0.0);
  auto given = static_cast<int64_t>(rows.size()) / size;
  for (int64_t first = 0; first < given; first += kBlockRows) {
    int64_t height = std::min(kBlockRows, given - first);
    transpose(rows.subspan(first * size), size, height, columns, totals);
    addProducts(sums, size, columns, columns, height, /*upper=*/true);
    count += height;
  }
}

/// to[i] += from[i].
static void addAll(std::vector<double> &to, const std::vector<double> &from) {
  for (size_t i = 0; i < to.size(); ++i)
    to[i] += from[i];
}

static std::vector<double> meanOf(const std::vector<double> &totals, int64_t count) {
  std::vector<double> mean = totals;
  for (double &value : mean)
    value /= static_cast<double>(std::max<int64_t>(count, 1));
  return mean;
}

SecondMoment &SecondMoment::operator+=(const SecondMoment &other) {
  addAll(sums, other.sums);
  addAll(totals, other.totals);
  count += other.count;
  return *this;
}

void CrossMoment::add(std::span<const float> left, std::span<const float> right) {
  std::vector<double> leftColumns(padded(size) * kBlockRows, 0.0), rightColumns = leftColumns;
  auto given = static_cast<int64_t>(left.size()) / size;
  for (int64_t first = 0; first < given; first += kBlockRows) {
    int64_t height = std::min(kBlockRows, given - first);
    transpose(left.subspan(first * size), size, height, leftColumns, leftTotals);
    transpose(right.subspan(first * size), size, height, rightColumns, rightTotals);
    addProducts(sums, size, leftColumns, rightColumns, height, /*upper=*/false);
    count += height;
  }
}

std::vector<double> CrossMoment::getCentered() const {
  std::vector<double> centered = sums, mean = getRightMean();
  for (int64_t i = 0; i < size; ++i)
    for (int64_t j = 0; j < size; ++j)
      centered[i * size + j] -= leftTotals[i] * mean[j];
  return centered;
}

std::vector<double> CrossMoment::getRightMean() const { return meanOf(rightTotals, count); }

CrossMoment &CrossMoment::operator+=(const CrossMoment &other) {
  addAll(sums, other.sums);
  addAll(leftTotals, other.leftTotals);
  addAll(rightTotals, other.rightTotals);
  count += other.count;
  return *this;
}

std::vector<double> SecondMoment::get() const {
  std::vector<double> whole = sums;
  for (int64_t i = 0; i < size; ++i)
    for (int64_t j = 0; j < i; ++j)
      whole[i * size + j] = sums[j * size + i];
  return whole;
}

std::vector<double> SecondMoment::getMean() const { return meanOf(totals, count); }

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
  std::vector<double> diagonal(size);
  for (int64_t i = 0; i < size; ++i)
    diagonal[i] = moment[i * size + i];
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
