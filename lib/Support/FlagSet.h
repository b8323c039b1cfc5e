// Flags of a command line as data: no registry of the process, so that a library can read them as a program
// does.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace quern {

class FlagSet;

/// One flag, and what it was given.
class Flag {
public:
  enum class Kind {
    Value, ///< --name=value; the last one holds
    List,  ///< --name=value,value and again
    Many,  ///< --name=value again and again; a value may hold commas
    Switch ///< --name, or --name=true and --name=false
  };

  /// Enters itself into `set`, which must be where it lives. A name of one letter takes one dash, and its
  /// value may follow at once: -O2.
  Flag(FlagSet &set, std::string name, std::string valueName, std::string help, Kind kind = Kind::Value);

  const std::string &getName() const { return name; }
  /// What help calls the value; empty for a switch.
  const std::string &getValueName() const { return valueName; }
  const std::string &getHelp() const { return help; }
  Kind getKind() const { return kind; }

  bool isGiven() const { return !values.empty(); }
  bool isOn() const { return isGiven() && values.back() == "true"; }
  const std::vector<std::string> &getValues() const { return values; }
  /// The value that was given, else `otherwise`.
  std::string getValue(llvm::StringRef otherwise = "") const;

  /// "--name" or "-n".
  std::string spelling() const;

private:
  friend class FlagSet;
  std::string name, valueName, help;
  Kind kind;
  std::vector<std::string> values;
};

/// The flags of one command line. Derive from it and give each flag a member.
class FlagSet {
public:
  FlagSet() = default;
  FlagSet(const FlagSet &) = delete;
  FlagSet &operator=(const FlagSet &) = delete;

  /// Fills the flags from the arguments after the program's name. Dashes and underscores are one in names
  /// that follow two dashes; "--" ends the flags. Returns what is no flag. Unknown flags and missing
  /// values are added to `mistakes`.
  std::vector<std::string> parse(llvm::ArrayRef<std::string> arguments, std::vector<std::string> &mistakes);

  /// Sorted by name.
  std::vector<const Flag *> getFlags() const;
  /// A line for each flag, sorted, its text wrapped.
  std::string formatHelp() const;

private:
  friend class Flag;
  Flag *find(llvm::StringRef name) const;
  /// The flag with the name most like this one; null if none is.
  const Flag *findSimilar(llvm::StringRef name) const;

  std::vector<Flag *> flags;
};

} // namespace quern
