// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/FlagSet.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <algorithm>

namespace quern {

Flag::Flag(FlagSet &set, std::string name, std::string valueName, std::string help, Kind kind)
    : name(std::move(name)), valueName(std::move(valueName)), help(std::move(help)), kind(kind) {
  set.flags.push_back(this);
}

std::string Flag::getValue(llvm::StringRef otherwise) const {
  return isGiven() ? values.back() : otherwise.str();
}

std::string Flag::spelling() const { return (name.size() == 1 ? "-" : "--") + name; }

Flag *FlagSet::find(llvm::StringRef name) const {
  auto found = llvm::find_if(flags, [&](const Flag *flag) { return flag->name == name; });
  return found == flags.end() ? nullptr : *found;
}

const Flag *FlagSet::findSimilar(llvm::StringRef name) const {
  constexpr unsigned kMostEdits = 3;
  const Flag *best = nullptr;
  unsigned fewest = kMostEdits + 1;
  for (const Flag *flag : flags)
    if (unsigned edits = name.edit_distance(flag->name, true, kMostEdits);
        edits < std::min<size_t>(fewest, flag->name.size()))
      best = flag, fewest = edits;
  return best;
}

namespace {
/// An argument that begins with a dash, taken apart.
struct Argument {
  std::string name, value;
  bool hasValue;
};
} // namespace

static Argument takeApart(llvm::StringRef argument) {
  bool isLong = argument.consume_front("--") || !argument.consume_front("-");
  auto [name, value] = argument.split('=');
  Argument parts{name.str(), value.str(), argument.contains('=')};
  if (isLong)
    std::replace(parts.name.begin(), parts.name.end(), '_', '-');
  return parts;
}

std::vector<std::string> FlagSet::parse(llvm::ArrayRef<std::string> arguments,
                                        std::vector<std::string> &mistakes) {
  std::vector<std::string> others;
  for (; !arguments.empty(); arguments = arguments.drop_front()) {
    llvm::StringRef argument = arguments.front();
    if (argument == "--") {
      others.insert(others.end(), arguments.begin() + 1, arguments.end());
      break;
    }
    if (!argument.starts_with("-") || argument == "-") {
      others.push_back(argument.str());
      continue;
    }
    Argument parts = takeApart(argument);
    Flag *flag = find(parts.name);
    // -O2
    if (Flag *letter = find(parts.name.substr(0, 1)); !flag && letter && !argument.starts_with("--")) {
      flag = letter;
      parts = {letter->name, argument.drop_front(2).str(), true};
    }
    if (!flag) {
      const Flag *similar = findSimilar(parts.name);
      mistakes.push_back("unknown flag '" + argument.split('=').first.str() + "'" +
                         (similar ? "; did you mean '" + similar->spelling() + "'?" : ""));
      continue;
    }
    if (!parts.hasValue && flag->kind == Flag::Kind::Switch) {
      parts.value = "true";
    } else if (!parts.hasValue && arguments.size() > 1) {
      arguments = arguments.drop_front();
      parts.value = arguments.front();
    } else if (!parts.hasValue) {
      mistakes.push_back(flag->spelling() + " needs a value: " + flag->valueName);
      continue;
    }
    if (flag->kind == Flag::Kind::Switch && parts.value != "true" && parts.value != "false")
      mistakes.push_back(flag->spelling() + "=" + parts.value + ": expected true or false");
    if (flag->kind == Flag::Kind::List) {
      llvm::SmallVector<llvm::StringRef> items;
      llvm::StringRef(parts.value).split(items, ',');
      flag->values.insert(flag->values.end(), items.begin(), items.end());
    } else {
      flag->values.push_back(parts.value);
    }
  }
  return others;
}

std::vector<const Flag *> FlagSet::getFlags() const {
  std::vector<const Flag *> sorted(flags.begin(), flags.end());
  llvm::sort(sorted, [](const Flag *a, const Flag *b) { return a->getName() < b->getName(); });
  return sorted;
}

static std::string formatUsage(const Flag &flag) {
  if (flag.getValueName().empty())
    return "  " + flag.spelling();
  return "  " + flag.spelling() + (flag.getName().size() == 1 ? " <" : "=<") + flag.getValueName() + ">";
}

/// Appends `text`, its words at columns from `indentation` to `width`.
static void appendWrapped(std::string &result, llvm::StringRef text, size_t indentation, size_t width) {
  size_t column = indentation;
  llvm::SmallVector<llvm::StringRef> words;
  text.split(words, ' ');
  for (auto [index, word] : llvm::enumerate(words)) {
    if (index && column + 1 + word.size() > width) {
      result += "\n" + std::string(indentation, ' ');
      column = indentation;
    } else if (index) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  result += '\n';
}

std::string FlagSet::formatHelp() const {
  constexpr size_t kWidth = 120;
  size_t widest = 0;
  for (const Flag *flag : flags)
    widest = std::max(widest, formatUsage(*flag).size());
  std::string text;
  for (const Flag *flag : getFlags()) {
    std::string usage = formatUsage(*flag);
    text += usage + std::string(widest - usage.size(), ' ') + " - ";
    appendWrapped(text, flag->getHelp(), widest + 3, kWidth);
  }
  return text;
}

} // namespace quern
