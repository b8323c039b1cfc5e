// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/CpuFeatures.h"

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace quern {

// Each entry: LLVM's name, and the compiler's name in __builtin_cpu_supports.
#define QUERN_X86_FEATURES(X)                                                                                \
  X("sse3", "sse3")                                                                                          \
  X("ssse3", "ssse3")                                                                                        \
  X("sse4.1", "sse4.1")                                                                                      \
  X("sse4.2", "sse4.2")                                                                                      \
  X("popcnt", "popcnt")                                                                                      \
  X("avx", "avx")                                                                                            \
  X("avx2", "avx2")                                                                                          \
  X("bmi", "bmi")                                                                                            \
  X("bmi2", "bmi2")                                                                                          \
  X("fma", "fma")                                                                                            \
  X("f16c", "f16c")                                                                                          \
  X("lzcnt", "lzcnt")                                                                                        \
  X("movbe", "movbe")                                                                                        \
  X("fma4", "fma4")                                                                                          \
  X("xop", "xop")                                                                                            \
  X("sse4a", "sse4a")                                                                                        \
  X("tbm", "tbm")                                                                                            \
  X("gfni", "gfni")                                                                                          \
  X("avxvnni", "avxvnni")                                                                                    \
  X("avxvnniint8", "avxvnniint8")                                                                            \
  X("avxvnniint16", "avxvnniint16")                                                                          \
  X("avxifma", "avxifma")                                                                                    \
  X("avxneconvert", "avxneconvert")                                                                          \
  X("avx512f", "avx512f")                                                                                    \
  X("avx512bw", "avx512bw")                                                                                  \
  X("avx512cd", "avx512cd")                                                                                  \
  X("avx512dq", "avx512dq")                                                                                  \
  X("avx512vl", "avx512vl")                                                                                  \
  X("avx512vnni", "avx512vnni")                                                                              \
  X("avx512vbmi", "avx512vbmi")                                                                              \
  X("avx512vbmi2", "avx512vbmi2")                                                                            \
  X("avx512bitalg", "avx512bitalg")                                                                          \
  X("avx512vpopcntdq", "avx512vpopcntdq")                                                                    \
  X("avx512ifma", "avx512ifma")                                                                              \
  X("avx512bf16", "avx512bf16")                                                                              \
  X("avx512fp16", "avx512fp16")                                                                              \
  X("amx-tile", "amx-tile")                                                                                  \
  X("amx-int8", "amx-int8")                                                                                  \
  X("amx-bf16", "amx-bf16")

#define QUERN_AARCH64_FEATURES(X)                                                                            \
  X("dotprod", HWCAP_ASIMDDP)                                                                                \
  X("fullfp16", HWCAP_ASIMDHP)                                                                               \
  X("lse", HWCAP_ATOMICS)                                                                                    \
  X("rdm", HWCAP_ASIMDRDM)                                                                                   \
  X("sve", HWCAP_SVE)

const std::vector<std::string_view> &checkedCpuFeatures(std::string_view architecture) {
#define QUERN_NAME(LLVM_NAME, CHECK) LLVM_NAME,
  static const std::vector<std::string_view> x86 = {QUERN_X86_FEATURES(QUERN_NAME)};
  static const std::vector<std::string_view> aarch64 = {QUERN_AARCH64_FEATURES(QUERN_NAME)};
  static const std::vector<std::string_view> none;
#undef QUERN_NAME
  return architecture == "x86_64" ? x86 : architecture == "aarch64" ? aarch64 : none;
}

bool hostHasCpuFeature(std::string_view feature) {
#if defined(__x86_64__)
#define QUERN_CHECK(LLVM_NAME, CHECK)                                                                        \
  if (feature == (LLVM_NAME))                                                                                \
    return __builtin_cpu_supports(CHECK);
  QUERN_X86_FEATURES(QUERN_CHECK)
#undef QUERN_CHECK
#elif defined(__aarch64__) && defined(__linux__)
  unsigned long capabilities = getauxval(AT_HWCAP);
#define QUERN_CHECK(LLVM_NAME, CHECK)                                                                        \
  if (feature == (LLVM_NAME))                                                                                \
    return capabilities & CHECK;
  QUERN_AARCH64_FEATURES(QUERN_CHECK)
#undef QUERN_CHECK
#endif
  return false;
}

std::string_view hostArchitecture() {
#if defined(__x86_64__)
  return "x86_64";
#elif defined(__aarch64__)
  return "aarch64";
#else
  return "unknown";
#endif
}

} // namespace quern
