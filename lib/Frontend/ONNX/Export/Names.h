// Names of values and nodes in an exported model: those of the imported one where they are still free.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

#include <string>

namespace quern {

/// Gives every value one name, and no name twice.
class ExportNames {
public:
  /// `wanted`, or `wanted_2`, ... if that is taken.
  std::string unique(llvm::StringRef wanted);
  /// As `unique`, for names of nodes, which are apart from those of values.
  std::string uniqueNode(llvm::StringRef wanted);

  void set(mlir::Value value, std::string name) { names[value] = std::move(name); }
  bool has(mlir::Value value) const { return names.contains(value); }
  /// The name of a value that has one.
  const std::string &get(mlir::Value value) const { return names.find(value)->second; }

private:
  static std::string pick(llvm::StringRef wanted, llvm::StringMap<unsigned> &taken);

  llvm::DenseMap<mlir::Value, std::string> names;
  llvm::StringMap<unsigned> takenValues, takenNodes;
};

/// What a value is called before names are made unique: its ONNX name; for codes and what they stand for, the
/// name of the real value.
std::string baseName(mlir::Value value);

} // namespace quern
