// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Schemas/Schemas.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

#include <string>

namespace quern::schema {

#include "SchemaTable.inc"

int newestOpset() { return newestVersion; }
int newestIrVersion() { return newestIrVersionKnown; }

template <typename T, size_t size> static llvm::ArrayRef<T> slice(const T (&table)[size], Slice range) {
  return llvm::ArrayRef(table, size).slice(range.first, range.count);
}

bool Parameter::allows(llvm::StringRef type) const {
  return llvm::any_of(slice(typeLists, types), [&](uint16_t index) { return type == typeNames[index]; });
}

llvm::StringRef Parameter::onlyType() const { return typeNames[slice(typeLists, types).front()]; }

std::string Parameter::describeTypes() const {
  std::string text;
  for (uint16_t index : slice(typeLists, types)) {
    llvm::StringRef name = typeNames[index];
    if (name.consume_front("tensor("))
      name.consume_back(")");
    text += (text.empty() ? "" : ", ") + name.str();
  }
  return text;
}

llvm::ArrayRef<Parameter> Schema::inputs() const { return slice(parameterTable, inputSlice); }
llvm::ArrayRef<Parameter> Schema::outputs() const { return slice(parameterTable, outputSlice); }
llvm::ArrayRef<Attribute> Schema::attributes() const { return slice(attributeTable, attributeSlice); }

const Attribute *Schema::findAttribute(llvm::StringRef name) const {
  const Attribute *found = llvm::find_if(attributes(), [&](const Attribute &a) { return name == a.name; });
  return found == attributes().end() ? nullptr : found;
}

static const Parameter *parameterAt(llvm::ArrayRef<Parameter> parameters, size_t index) {
  if (index < parameters.size())
    return &parameters[index];
  if (!parameters.empty() && parameters.back().presence == Presence::Variadic)
    return &parameters.back();
  return nullptr;
}

const Parameter *Schema::input(size_t index) const { return parameterAt(inputs(), index); }
const Parameter *Schema::output(size_t index) const { return parameterAt(outputs(), index); }

/// The rows of each operator; the table is sorted by name, then version.
static const llvm::StringMap<llvm::ArrayRef<Schema>> &schemasByName() {
  static const auto map = [] {
    llvm::StringMap<llvm::ArrayRef<Schema>> rows;
    llvm::ArrayRef<Schema> rest(schemaTable);
    while (!rest.empty()) {
      auto same =
          rest.take_while([&](const Schema &s) { return llvm::StringRef(s.name) == rest.front().name; });
      rows[rest.front().name] = same;
      rest = rest.drop_front(same.size());
    }
    return rows;
  }();
  return map;
}

llvm::ArrayRef<Schema> history(llvm::StringRef op) { return schemasByName().lookup(op); }

const Schema *find(llvm::StringRef op, int opset) {
  const Schema *found = nullptr;
  for (const Schema &schema : history(op))
    if (schema.sinceVersion <= opset)
      found = &schema;
  return found;
}

llvm::StringRef closestName(llvm::StringRef op) {
  unsigned best = 1 + std::min<size_t>(op.size() / 3, 3);
  llvm::StringRef closest;
  for (const auto &entry : schemasByName()) {
    unsigned distance = op.edit_distance_insensitive(entry.getKey(), /*AllowReplacements=*/true, best);
    if (distance < best) {
      best = distance;
      closest = entry.getKey();
    }
  }
  return closest;
}

} // namespace quern::schema
