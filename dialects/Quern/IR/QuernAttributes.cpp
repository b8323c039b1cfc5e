// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernAttributes.h"

#include "dialects/Quern/IR/QuernDialect.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace quern {

//===-- Spellings shared by attributes and the attributes that contain them
//---------------------------------===//

static ParseResult parseDouble(AsmParser &parser, FailureOr<llvm::APFloat> &value) {
  double number;
  if (parser.parseFloat(number))
    return failure();
  value = llvm::APFloat(number);
  return success();
}

static void printDouble(AsmPrinter &printer, const llvm::APFloat &value) { printer.printFloat(value); }

static ParseResult parseFloats(AsmParser &parser, DenseF32ArrayAttr &values) {
  values = dyn_cast_or_null<DenseF32ArrayAttr>(DenseF32ArrayAttr::parse(parser, Type()));
  return success(static_cast<bool>(values));
}

static void printFloats(AsmPrinter &printer, DenseF32ArrayAttr values) { values.print(printer); }

static ParseResult parseFormat(AsmParser &parser, unsigned &bits, bool &isSigned) {
  llvm::SMLoc loc = parser.getCurrentLocation();
  StringRef word;
  if (parser.parseKeyword(&word))
    return failure();
  StringRef digits = word.drop_front();
  if ((word.front() != 'u' && word.front() != 's') || digits.getAsInteger(10, bits))
    return parser.emitError(loc) << "expected a format such as u8 or s8, not '" << word << "'";
  isSigned = word.front() == 's';
  return success();
}

static void printFormat(AsmPrinter &printer, unsigned bits, bool isSigned) {
  printer << (isSigned ? "s" : "u") << bits;
}

static ParseResult parseGranularity(AsmParser &parser, GranularityKind &kind, int64_t &groupSize) {
  llvm::SMLoc loc = parser.getCurrentLocation();
  StringRef word;
  if (parser.parseKeyword(&word))
    return failure();
  auto parsed = symbolizeGranularityKind(word);
  if (!parsed)
    return parser.emitError(loc) << "expected tensor, channel or group = N, not '" << word << "'";
  kind = *parsed;
  groupSize = 0;
  if (kind != GranularityKind::Group)
    return success();
  return failure(parser.parseEqual() || parser.parseInteger(groupSize));
}

static void printGranularity(AsmPrinter &printer, GranularityKind kind, int64_t groupSize) {
  printer << stringifyGranularityKind(kind);
  if (kind == GranularityKind::Group)
    printer << " = " << groupSize;
}

static ParseResult parseBareFormat(AsmParser &parser, FormatAttr &format) {
  unsigned bits;
  bool isSigned;
  if (parseFormat(parser, bits, isSigned))
    return failure();
  format = parser.getChecked<FormatAttr>(parser.getContext(), bits, isSigned);
  return success(bool(format));
}

static void printBareFormat(AsmPrinter &printer, FormatAttr format) {
  printFormat(printer, format.getBits(), format.getIsSigned());
}

static ParseResult parseBareGranularity(AsmParser &parser, GranularityAttr &granularity) {
  GranularityKind kind;
  int64_t groupSize;
  if (parseGranularity(parser, kind, groupSize))
    return failure();
  granularity = parser.getChecked<GranularityAttr>(parser.getContext(), kind, groupSize);
  return success(bool(granularity));
}

static void printBareGranularity(AsmPrinter &printer, GranularityAttr granularity) {
  printGranularity(printer, granularity.getKind(), granularity.getGroupSize());
}

bool PrecisionAttr::hasDynamicRows() const {
  return getActivations() && getActivations().getGranularity().getKind() == GranularityKind::Row;
}

//===-- Verifiers
//------------------------------------------------------------------------------------------===//

// NOLINTBEGIN(performance-unnecessary-value-param): the signature is generated.
LogicalResult RangeAttr::verify(function_ref<InFlightDiagnostic()> emitError, llvm::APFloat lowest,
                                llvm::APFloat highest, StringAttr) {
  // NOLINTEND(performance-unnecessary-value-param)
  if (!lowest.isFinite() || !highest.isFinite()) // C1
    return emitError() << "expected finite bounds of a range";
  if (lowest > highest) // C2
    return emitError() << "expected a range whose minimum does not exceed its maximum, got "
                       << lowest.convertToDouble() << " and " << highest.convertToDouble();
  return success();
}

LogicalResult ChannelRangesAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t,
                                        DenseF32ArrayAttr minima, DenseF32ArrayAttr maxima) {
  if (minima.size() != maxima.size()) // C1
    return emitError() << "expected as many minima as maxima, got " << minima.size() << " and "
                       << maxima.size();
  for (auto [min, max] : llvm::zip_equal(minima.asArrayRef(), maxima.asArrayRef()))
    if (!std::isfinite(min) || !std::isfinite(max) || min > max) // C2
      return emitError() << "expected finite ranges whose minimum does not exceed their maximum, got " << min
                         << " and " << max;
  return success();
}

LogicalResult FormatAttr::verify(function_ref<InFlightDiagnostic()> emitError, unsigned bits, bool) {
  if (bits < 2 || bits > 32) // C1
    return emitError() << "expected a format of 2 to 32 bits, got " << bits;
  return success();
}

LogicalResult GranularityAttr::verify(function_ref<InFlightDiagnostic()> emitError, GranularityKind kind,
                                      int64_t groupSize) {
  if ((kind == GranularityKind::Group) != (groupSize > 0)) // C1
    return emitError() << "expected a positive group size for groups only, got " << groupSize;
  return success();
}

} // namespace quern

#include "dialects/Quern/IR/QuernEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Quern/IR/QuernAttributes.cpp.inc"

void quern::QuernDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Quern/IR/QuernAttributes.cpp.inc"
      >();
}
