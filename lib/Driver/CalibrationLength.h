// Calibration at the lengths of sequences that a model is going to see (SLAC).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/CutSamples.h"
#include "lib/Calibration/Statistics.h"
#include "lib/Driver/Options.h"
#include "lib/Pipelines/Calibrate.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

namespace quern {

/// On a module: the profile of lengths that it was calibrated at, "128:3,512:1".
inline constexpr llvm::StringLiteral kCalibrationLengthAttrName("quern.calibration_length");

/// In the settings of statistics: the profile that they are of, which the option `auto` leaves open.
inline constexpr char kCalibratedAt[] = "calibrated at";

/// Finds the dimension that is the length, binds it if --dim has not (to the profile's longest; the samples'
/// own length for auto), and fills `options.length`. Nothing happens without a profile. Refused with a
/// diagnostic: a model without such a dimension, several of them and no name, samples that are shorter than a
/// length or made up, no samples.
llvm::LogicalResult planLength(CompileOptions &options, const LengthProfile &profile,
                               std::optional<int64_t> samples, mlir::MLIRContext &context);

/// The samples, cut to pieces of the length that `inputs` have; of `shares` instead, where their sizes are
/// open.
llvm::Expected<std::unique_ptr<SampleReader>> openPieces(const CompileOptions &options,
                                                         llvm::ArrayRef<InputSpec> inputs,
                                                         llvm::ArrayRef<LengthShare> shares = {},
                                                         CutOptions::Part part = CutOptions::Part::All);

/// The sum of the statistics of the model bound to each length of the plan, on the pieces of that length.
/// Chooses the length where the plan is to; their setting kCalibratedAt says which.
llvm::Expected<Statistics> calibrateAtLengths(mlir::ModuleOp prepared, const CompileOptions &options,
                                              const Recipe &recipe, const CalibrateOptions &settings,
                                              const CompileInstrumented &compile);

/// Notes on the module, by the attribute above, the lengths that its scales are of; warns where these are
/// much shorter or longer than the sequences of the artefact.
void noteLength(mlir::ModuleOp prepared, const CompileOptions &options, llvm::ArrayRef<LengthShare> shares);

/// What the manifest says of the lengths that were noted.
llvm::json::Object describeLength(mlir::StringAttr lengths, const CompileOptions &options);

} // namespace quern
