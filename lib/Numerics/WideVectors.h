// Plain loops, compiled once more for the wider vectors that a machine may have.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <utility>

namespace quern {

/// An attribute of the lambda that withWideVectors is given: it must become part of each variant.
#define QUERN_LOOPS __attribute__((always_inline))

#if defined(__x86_64__)
template <typename Loops> __attribute__((target("avx2"))) void runWithAvx2(Loops &&loops) { loops(); }

template <typename Loops>
__attribute__((target("avx512f,avx512vl,avx512dq,prefer-256-bit"))) void runWithAvx512(Loops &&loops) {
  loops();
}
#endif

/// Eight f64 lanes, in as many registers as they take.
using Lanes = double __attribute__((vector_size(64)));
inline constexpr int64_t kLanes = 8;

/// Calls `loops`, a lambda marked QUERN_LOOPS, in the variant that suits this machine. Where nothing is fused
/// or reassociated (-ffp-contract=off, no fast-math) each gives the same bits.
template <typename Loops> void withWideVectors(Loops &&loops) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return runWithAvx512(std::forward<Loops>(loops));
  if (__builtin_cpu_supports("avx2"))
    return runWithAvx2(std::forward<Loops>(loops));
#endif
  loops();
}

} // namespace quern
