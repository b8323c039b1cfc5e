// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Diff/Comparison.h"
#include "lib/Support/Printable.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Unicode.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

namespace quern {

using Cells = std::vector<std::string>;

static std::string formatCell(const llvm::json::Value &value) {
  if (value.kind() == llvm::json::Value::Null)
    return "-";
  if (std::optional<llvm::StringRef> text = value.getAsString())
    return printable(text->str());
  if (std::optional<double> number = value.getAsNumber(); number && *number != std::trunc(*number)) {
    std::string text;
    llvm::raw_string_ostream(text) << llvm::format("%.*f", std::fabs(*number) < 1 ? 6 : 3, *number);
    return text;
  }
  return llvm::formatv("{0}", value).str();
}

static size_t widthOf(llvm::StringRef text) {
  return size_t(std::max(0, llvm::sys::unicode::columnWidthUTF8(text)));
}

/// Columns as wide as what is in them.
static void writeRows(llvm::raw_ostream &stream, llvm::ArrayRef<Cells> rows) {
  std::vector<size_t> widths(rows.empty() ? 0 : rows.front().size());
  for (const Cells &row : rows)
    for (size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], widthOf(row[column]));
  for (const Cells &row : rows) {
    for (size_t column = 0; column < row.size(); ++column) {
      stream << (column ? "  " : "") << row[column];
      if (column + 1 < row.size())
        stream.indent(unsigned(widths[column] - widthOf(row[column])));
    }
    stream << "\n";
  }
}

/// Members of two objects that differ, each as a row; so a recipe is not printed whole.
static void addRows(std::vector<Cells> &rows, const std::string &name, const llvm::json::Value &a,
                    const llvm::json::Value &b) {
  const llvm::json::Object *left = a.getAsObject(), *right = b.getAsObject();
  if (!left && !right) {
    rows.push_back({a == b ? " " : "*", name, formatCell(a), formatCell(b)});
    return;
  }
  if (a == b) {
    rows.push_back({" ", name, "(the same)", "(the same)"});
    return;
  }
  std::map<llvm::StringRef, std::pair<llvm::json::Value, llvm::json::Value>> members;
  if (left)
    for (const auto &[key, value] : *left)
      members.try_emplace(key, nullptr, nullptr).first->second.first = value;
  if (right)
    for (const auto &[key, value] : *right)
      members.try_emplace(key, nullptr, nullptr).first->second.second = value;
  for (const auto &[key, values] : members)
    if (values.first != values.second)
      addRows(rows, name + "." + key.str(), values.first, values.second);
}

std::string formatText(const SideBySide &sides) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  std::vector<Cells> rows{{" ", "", printable("a: " + sides.a), printable("b: " + sides.b)}};
  for (const ComparedField &field : sides.fields)
    addRows(rows, field.name, field.a, field.b);
  writeRows(stream, rows);
  for (const ComparedTable &table : sides.tables) {
    stream << "\n" << table.title << "\n";
    std::vector<Cells> lines{table.columns};
    for (const std::vector<llvm::json::Value> &row : table.rows) {
      Cells &line = lines.emplace_back();
      for (const llvm::json::Value &value : row)
        line.push_back(formatCell(value));
    }
    writeRows(stream, lines);
  }
  return text;
}

llvm::json::Value formatJSON(const SideBySide &sides) {
  llvm::json::Object fields;
  for (const ComparedField &field : sides.fields)
    fields[field.name] = llvm::json::Object{{"a", field.a}, {"b", field.b}, {"differs", field.a != field.b}};
  llvm::json::Array tables;
  for (const ComparedTable &table : sides.tables) {
    llvm::json::Array rows;
    for (const std::vector<llvm::json::Value> &row : table.rows) {
      llvm::json::Object object;
      for (size_t column = 0; column < table.columns.size(); ++column)
        object[table.columns[column]] = row[column];
      rows.push_back(std::move(object));
    }
    tables.push_back(llvm::json::Object{{"title", table.title}, {"rows", std::move(rows)}});
  }
  return llvm::json::Object{{"a", llvm::json::fixUTF8(sides.a)},
                            {"b", llvm::json::fixUTF8(sides.b)},
                            {"fields", std::move(fields)},
                            {"tables", std::move(tables)}};
}

} // namespace quern
