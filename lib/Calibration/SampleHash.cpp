// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/SampleHash.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

namespace quern {

static void addModulo(std::array<uint8_t, 32> &sum, const std::array<uint8_t, 32> &term) {
  unsigned carry = 0;
  for (size_t i = sum.size(); i-- > 0;) {
    carry += sum[i] + term[i];
    sum[i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
}

void SampleHash::add(const Sample &sample, llvm::ArrayRef<InputSpec> inputs) {
  llvm::SHA256 hash;
  for (auto [array, input] : llvm::zip_equal(sample, inputs)) {
    // The text ends where its length says, so no two samples give one stream of bytes.
    std::string head = input.name + " " + describeType(array.type, array.shape);
    hash.update(std::to_string(head.size()) + " " + head);
    hash.update(llvm::ArrayRef(reinterpret_cast<const uint8_t *>(array.data.data()), array.data.size()));
  }
  addModulo(sum, hash.final());
}

void SampleHash::merge(const SampleHash &other) { addModulo(sum, other.sum); }

std::string SampleHash::toString() const { return llvm::toHex(sum, /*LowerCase=*/true); }

std::optional<SampleHash> SampleHash::fromString(llvm::StringRef text) {
  std::string bytes;
  SampleHash hash;
  if (text.size() != 2 * hash.sum.size() || text.lower() != text || !llvm::tryGetFromHex(text, bytes))
    return std::nullopt;
  llvm::copy(bytes, hash.sum.begin());
  return hash;
}

} // namespace quern
