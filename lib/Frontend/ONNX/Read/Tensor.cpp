// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Read/Tensor.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

namespace quern {

using proto::SparseTensorProto;
using proto::TensorProto;

std::optional<uint64_t> countElements(llvm::ArrayRef<int64_t> dims) {
  // A zero makes the product zero, but only if the other dimensions are sound.
  uint64_t count = 1, nonZero = 1;
  for (int64_t dim : dims) {
    if (dim < 0)
      return std::nullopt;
    count *= static_cast<uint64_t>(dim);
    bool overflow = false;
    nonZero = llvm::SaturatingMultiply(nonZero, static_cast<uint64_t>(std::max<int64_t>(dim, 1)), &overflow);
    if (overflow || nonZero > INT64_MAX)
      return std::nullopt;
  }
  return count;
}

llvm::ArrayRef<int64_t> dimsOf(const TensorProto &tensor) {
  return {tensor.dims().data(), static_cast<size_t>(tensor.dims_size())};
}

//===------------------------------------------------------------------------------------------------------------===//
// Where the elements are
//===------------------------------------------------------------------------------------------------------------===//

static llvm::StringRef fieldName(TypedField field) {
  switch (field) {
  case TypedField::Float:
    return "float_data";
  case TypedField::Int32:
    return "int32_data";
  case TypedField::Int64:
    return "int64_data";
  case TypedField::Double:
    return "double_data";
  case TypedField::UInt64:
    return "uint64_data";
  case TypedField::String:
    return "string_data";
  }
  llvm_unreachable("covered");
}

static uint64_t fieldSize(const TensorProto &tensor, TypedField field) {
  switch (field) {
  case TypedField::Float:
    return tensor.float_data_size();
  case TypedField::Int32:
    return tensor.int32_data_size();
  case TypedField::Int64:
    return tensor.int64_data_size();
  case TypedField::Double:
    return tensor.double_data_size();
  case TypedField::UInt64:
    return tensor.uint64_data_size();
  case TypedField::String:
    return tensor.string_data_size();
  }
  llvm_unreachable("covered");
}

static constexpr TypedField allFields[] = {TypedField::Float,  TypedField::Int32,  TypedField::Int64,
                                           TypedField::Double, TypedField::UInt64, TypedField::String};

static bool isExternal(const TensorProto &tensor) { return tensor.data_location() == TensorProto::EXTERNAL; }

namespace {
/// The `external_data` entries of a tensor.
struct ExternalEntry {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};
} // namespace

static llvm::Expected<ExternalEntry> parseExternalEntry(const TensorProto &tensor) {
  ExternalEntry entry;
  for (const auto &pair : tensor.external_data()) {
    if (pair.key() == "location")
      entry.location = pair.value();
    if (pair.key() != "offset" && pair.key() != "length")
      continue;
    uint64_t number;
    if (llvm::StringRef(pair.value()).getAsInteger(10, number))
      return llvm::createStringError("the " + pair.key() + " '" + pair.value() +
                                     "' of the external data is no non-negative integer");
    if (pair.key() == "offset")
      entry.offset = number;
    else
      entry.length = number;
  }
  return entry;
}

static llvm::Expected<ExternalFiles::Range> mapExternal(const TensorProto &tensor, uint64_t bytes,
                                                        ExternalFiles &files) {
  llvm::Expected<ExternalEntry> entry = parseExternalEntry(tensor);
  if (!entry)
    return entry.takeError();
  if (entry->length && *entry->length != bytes)
    return llvm::createStringError("the external data states a length of " + std::to_string(*entry->length) +
                                   " bytes, the shape and type need " + std::to_string(bytes));
  return files.map(entry->location, entry->offset, bytes);
}

//===------------------------------------------------------------------------------------------------------------===//
// Problems
//===------------------------------------------------------------------------------------------------------------===//

static std::string listFields(const TensorProto &tensor) {
  std::string text = tensor.raw_data().empty() ? "" : "raw_data";
  for (TypedField field : allFields)
    if (fieldSize(tensor, field) != 0)
      text += (text.empty() ? "" : ", ") + fieldName(field).str();
  return text.empty() ? "none" : text;
}

static unsigned countFields(const TensorProto &tensor) {
  unsigned count = !tensor.raw_data().empty();
  for (TypedField field : allFields)
    count += fieldSize(tensor, field) != 0;
  return count;
}

/// The first integer of a typed field that does not fit the element type.
static std::optional<int64_t> findValueOutOfRange(const TensorProto &tensor, const ElementType &type) {
  if (type.smallest == type.largest)
    return std::nullopt;
  if (type.field == TypedField::Int32)
    for (int32_t value : tensor.int32_data())
      if (value < type.smallest || value > type.largest)
        return value;
  if (type.field == TypedField::UInt64)
    for (uint64_t value : tensor.uint64_data())
      if (value > static_cast<uint64_t>(type.largest))
        return static_cast<int64_t>(value);
  return std::nullopt;
}

static std::optional<std::string> findFieldProblem(const TensorProto &tensor, const ElementType &type,
                                                   uint64_t elements) {
  if (countFields(tensor) > 1)
    return "its data is in more than one field (" + listFields(tensor) + "); exactly one is accepted";
  if (elements == 0)
    return countFields(tensor) == 0 ? std::nullopt
                                    : std::optional<std::string>("it has no elements but data");
  if (!tensor.raw_data().empty()) {
    if (type.field == TypedField::String)
      return "its strings are in raw_data; string_data is accepted";
    if (tensor.raw_data().size() != type.rawBytes(elements))
      return "its raw_data holds " + std::to_string(tensor.raw_data().size()) +
             " bytes, the shape and type need " + std::to_string(type.rawBytes(elements));
    return std::nullopt;
  }
  uint64_t entries = fieldSize(tensor, type.field);
  if (entries != type.fieldEntries(elements))
    return "its " + fieldName(type.field).str() + " holds " + std::to_string(entries) +
           " values, the shape and type need " + std::to_string(type.fieldEntries(elements)) +
           " (fields with data: " + listFields(tensor) + ")";
  if (std::optional<int64_t> value = findValueOutOfRange(tensor, type))
    return "its value " + std::to_string(*value) + " is out of the range of " + type.name.str();
  return std::nullopt;
}

/// Bytes that are no value of their type: a bool other than 0 and 1.
static std::optional<std::string> findByteProblem(const ElementType &type, llvm::ArrayRef<char> bytes) {
  if (type.number != TensorProto::BOOL)
    return std::nullopt;
  for (char byte : bytes)
    if (byte != 0 && byte != 1)
      return "its byte " + std::to_string(static_cast<unsigned char>(byte)) + " is out of the range of bool";
  return std::nullopt;
}

static std::string describeShape(llvm::ArrayRef<int64_t> dims) {
  std::string text;
  for (int64_t dim : dims)
    text += (text.empty() ? "" : "x") + std::to_string(dim);
  return "[" + text + "]";
}

/// Dimensions whose tensor would be too large, or that are negative.
static std::optional<std::string> findShapeProblem(llvm::ArrayRef<int64_t> dims, unsigned bits,
                                                   const Limits &limits) {
  if (dims.size() > static_cast<size_t>(limits.rank))
    return "it has " + std::to_string(dims.size()) + " dimensions, more than the limit of " +
           std::to_string(limits.rank);
  for (int64_t dim : dims)
    if (dim < 0)
      return "its shape " + describeShape(dims) + " has a negative dimension";
  std::optional<uint64_t> elements = countElements(dims);
  if (!elements || *elements > limits.tensorBytes / std::max(bits / 8, 1u))
    return "its shape " + describeShape(dims) + " needs more than the limit of " +
           std::to_string(limits.tensorBytes) + " bytes";
  return std::nullopt;
}

std::vector<std::string> findProblems(const TensorProto &tensor, ExternalFiles &files, const Limits &limits) {
  const ElementType *type = findElementType(tensor.data_type());
  if (!type)
    return {"its element type " + std::to_string(tensor.data_type()) +
            " is unknown; accepted: " + listElementTypes()};
  if (tensor.has_segment())
    return {"it is stored in segments, which ONNX no longer defines"};
  if (auto problem = findShapeProblem(dimsOf(tensor), type->bits, limits))
    return {*problem};
  uint64_t elements = *countElements(dimsOf(tensor));
  if (!isExternal(tensor)) {
    if (auto problem = findFieldProblem(tensor, *type, elements))
      return {*problem};
    if (auto problem =
            findByteProblem(*type, llvm::ArrayRef(tensor.raw_data().data(), tensor.raw_data().size())))
      return {*problem};
    return {};
  }

  std::vector<std::string> problems;
  if (countFields(tensor) != 0)
    problems.push_back("its data is external and also in " + listFields(tensor) +
                       "; one of the two is accepted");
  if (type->field == TypedField::String) {
    problems.push_back("its strings are external data; string_data is accepted");
    return problems;
  }
  auto range = mapExternal(tensor, type->rawBytes(elements), files);
  if (!range)
    problems.push_back(llvm::toString(range.takeError()));
  else if (auto problem = findByteProblem(*type, range->bytes))
    problems.push_back(*problem);
  return problems;
}

//===------------------------------------------------------------------------------------------------------------===//
// Bytes
//===------------------------------------------------------------------------------------------------------------===//

/// Bytes from the file and the object that keeps them alive.
static TensorBytes rawBytes(const TensorProto &tensor, std::shared_ptr<const void> owner,
                            ExternalFiles &files, uint64_t bytes) {
  if (isExternal(tensor)) {
    ExternalFiles::Range range = llvm::cantFail(mapExternal(tensor, bytes, files));
    return {range.bytes, std::move(range.owner)};
  }
  return {llvm::ArrayRef(tensor.raw_data().data(), tensor.raw_data().size()), std::move(owner)};
}

static TensorBytes own(std::vector<char> bytes) {
  auto owned = std::make_shared<std::vector<char>>(std::move(bytes));
  return {llvm::ArrayRef<char>(*owned), owned};
}

/// One byte an element; `int4` and `int2` are sign-extended.
static TensorBytes unpack(llvm::ArrayRef<char> packed, const ElementType &type, uint64_t elements) {
  bool isSigned = type.number == TensorProto::INT4 || type.number == TensorProto::INT2;
  std::vector<char> bytes(elements);
  unsigned mask = (1u << type.bits) - 1;
  for (uint64_t i = 0; i < elements; ++i) {
    uint64_t bit = i * type.bits;
    // A six-bit element may straddle two bytes.
    unsigned word = static_cast<unsigned char>(packed[bit / 8]);
    if (bit / 8 + 1 < packed.size())
      word |= static_cast<unsigned>(static_cast<unsigned char>(packed[bit / 8 + 1])) << 8;
    unsigned value = (word >> (bit % 8)) & mask;
    bool negative = isSigned && (value >> (type.bits - 1));
    bytes[i] = static_cast<char>(negative ? value | ~mask : value);
  }
  return own(std::move(bytes));
}

/// The low `width` bytes of each value.
template <typename Values> static std::vector<char> narrow(const Values &values, unsigned width) {
  std::vector<char> bytes(static_cast<size_t>(values.size()) * width);
  char *next = bytes.data();
  for (auto value : values) {
    std::memcpy(next, &value, width);
    next += width;
  }
  return bytes;
}

template <typename Values> static TensorBytes view(const Values &values, std::shared_ptr<const void> owner) {
  return {llvm::ArrayRef(reinterpret_cast<const char *>(values.data()),
                         static_cast<size_t>(values.size()) * sizeof(values.Get(0))),
          std::move(owner)};
}

static TensorBytes readField(const TensorProto &tensor, const ElementType &type,
                             std::shared_ptr<const void> owner, uint64_t elements) {
  switch (type.field) {
  case TypedField::Float:
    return view(tensor.float_data(), std::move(owner));
  case TypedField::Double:
    return view(tensor.double_data(), std::move(owner));
  case TypedField::Int64:
    return view(tensor.int64_data(), std::move(owner));
  case TypedField::UInt64:
    return type.bits == 64 ? view(tensor.uint64_data(), std::move(owner))
                           : own(narrow(tensor.uint64_data(), 4));
  case TypedField::Int32:
    if (type.bits == 32)
      return view(tensor.int32_data(), std::move(owner));
    if (type.bits == 2 || type.bits == 4)
      return unpack(narrow(tensor.int32_data(), 1), type, elements);
    return own(narrow(tensor.int32_data(), std::max(type.bits / 8, 1u)));
  case TypedField::String:
    break;
  }
  llvm_unreachable("strings have no bytes");
}

TensorBytes readTensor(const TensorProto &tensor, std::shared_ptr<const void> owner, ExternalFiles &files) {
  const ElementType &type = *findElementType(tensor.data_type());
  uint64_t elements = *countElements(dimsOf(tensor));
  if (elements == 0)
    return {};
  if (!isExternal(tensor) && tensor.raw_data().empty())
    return readField(tensor, type, std::move(owner), elements);

  TensorBytes raw = rawBytes(tensor, std::move(owner), files, type.rawBytes(elements));
  if (type.isPacked())
    return unpack(raw.bytes, type, elements);
  // Readers view the bytes as an array of elements, so these must be aligned; external data may lie anywhere.
  unsigned alignment = std::min(type.bits / 8, 8u);
  if (reinterpret_cast<uintptr_t>(raw.bytes.data()) % alignment != 0)
    return own(std::vector<char>(raw.bytes.begin(), raw.bytes.end()));
  return raw;
}

std::optional<std::vector<int64_t>> readIntegers(const TensorProto &tensor, ExternalFiles &files) {
  if (tensor.data_type() != TensorProto::INT64 && tensor.data_type() != TensorProto::INT32)
    return std::nullopt;
  TensorBytes data = readTensor(tensor, nullptr, files);
  if (tensor.data_type() == TensorProto::INT32) {
    llvm::ArrayRef values(reinterpret_cast<const int32_t *>(data.bytes.data()), data.bytes.size() / 4);
    return std::vector<int64_t>(values.begin(), values.end());
  }
  llvm::ArrayRef values(reinterpret_cast<const int64_t *>(data.bytes.data()), data.bytes.size() / 8);
  return std::vector<int64_t>(values.begin(), values.end());
}

static const llvm::fltSemantics *semanticsOf(int number) {
  switch (number) {
  case TensorProto::FLOAT:
    return &llvm::APFloat::IEEEsingle();
  case TensorProto::DOUBLE:
    return &llvm::APFloat::IEEEdouble();
  case TensorProto::FLOAT16:
    return &llvm::APFloat::IEEEhalf();
  case TensorProto::BFLOAT16:
    return &llvm::APFloat::BFloat();
  case TensorProto::FLOAT8E8M0:
    return &llvm::APFloat::Float8E8M0FNU();
  default:
    return nullptr;
  }
}

std::optional<std::vector<double>> readFloats(const TensorProto &tensor, ExternalFiles &files) {
  const llvm::fltSemantics *semantics = semanticsOf(tensor.data_type());
  if (!semantics)
    return std::nullopt;
  TensorBytes data = readTensor(tensor, nullptr, files);
  unsigned width = findElementType(tensor.data_type())->bits / 8;
  std::vector<double> values;
  for (size_t at = 0; at < data.bytes.size(); at += width) {
    uint64_t bits = 0;
    std::memcpy(&bits, data.bytes.data() + at, width);
    llvm::APFloat value(*semantics, llvm::APInt(width * 8, bits));
    bool exact;
    value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &exact);
    values.push_back(value.convertToDouble());
  }
  return values;
}

} // namespace quern
