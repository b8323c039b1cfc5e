// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/NamePattern.h"

#include "llvm/Support/Regex.h"

#include <algorithm>

namespace quern {

static constexpr size_t kLongestPattern = 1000;
static constexpr uint64_t kMostCopies = 1000;

/// The product of all counts {m,n} and {m} of the pattern, an upper bound of what nesting can multiply.
static uint64_t countCopies(llvm::StringRef pattern) {
  uint64_t copies = 1;
  for (size_t open = pattern.find('{'); open != llvm::StringRef::npos; open = pattern.find('{', open + 1)) {
    llvm::StringRef counts = pattern.substr(open + 1);
    uint64_t least = 0, most = 0;
    if (counts.consumeInteger(10, least))
      continue; // a brace that is no repetition
    most = least;
    if (counts.consume_front(","))
      counts.consumeInteger(10, most);
    copies *= std::max<uint64_t>(1, std::max(least, most));
    if (copies > kMostCopies)
      break;
  }
  return copies;
}

std::string findPatternProblem(llvm::StringRef pattern) {
  if (pattern.size() > kLongestPattern)
    return "a pattern of " + std::to_string(pattern.size()) + " characters is too long; accepted are " +
           std::to_string(kLongestPattern);
  std::string text = "'" + pattern.str() + "'";
  if (countCopies(pattern) > kMostCopies)
    return text + " repeats too much; counts like {2,5} may multiply to " + std::to_string(kMostCopies);
  if (std::string problem; !llvm::Regex(pattern).isValid(problem))
    return text + " is not a regular expression: " + problem;
  return {};
}

} // namespace quern
