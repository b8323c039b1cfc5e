// The base of the patterns that write an ONNX op in the structure form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/ConvertONNXToLinalg/StructureBuilders.h"

#include "mlir/Transforms/DialectConversion.h"
#include "llvm/ADT/DenseMap.h"

#include <string>

namespace quern::structure {

using mlir::failed;
using mlir::FailureOr;
using mlir::Operation;
using mlir::succeeded;

/// Why each op that is left was refused: for the report at the end of the pass.
using Refusals = llvm::DenseMap<Operation *, std::string>;

/// Makes element types signless and leaves everything else as it is.
class SignlessTypeConverter : public mlir::TypeConverter {
public:
  SignlessTypeConverter();
};

/// Builds the replacement of one op. `operands` are its operands with signless types.
class Emitter : public mlir::ImplicitLocOpBuilder {
public:
  Emitter(Operation *op, ValueRange operands, mlir::ConversionPatternRewriter &rewriter,
          const mlir::TypeConverter &converter, Refusals &refusals)
      : ImplicitLocOpBuilder(op->getLoc(), rewriter), op(op), operands(operands), rewriter(rewriter),
        converter(converter), refusals(refusals) {}

  /// States why the op cannot be lowered: "expected ...".
  mlir::LogicalResult refuse(const llvm::Twine &reason);

  /// The signless type of result `i`.
  RankedTensorType resultType(unsigned i = 0) const;
  /// The extents of result `i`.
  ArrayRef<int64_t> resultShape(unsigned i = 0) const { return resultType(i).getShape(); }
  /// The signless element type of result `i`.
  Type resultElement(unsigned i = 0) const { return resultType(i).getElementType(); }
  /// True if operand `i` was given.
  bool hasOperand(unsigned i) const;
  /// True if result `i` is wanted.
  bool hasResult(unsigned i) const;
  /// True if the elements of operand `i` are unsigned integers.
  bool isUnsigned(unsigned i = 0) const;
  /// The integers of operand `i` if it is constant.
  FailureOr<SmallVector<int64_t>> constantIntegers(unsigned i) const;
  /// The numbers of operand `i`, converted to double, if it is constant.
  FailureOr<SmallVector<double>> constantNumbers(unsigned i) const;
  /// The name of the node that the op comes from, for messages at run time.
  std::string nodeName() const;

  Operation *const op;
  const ValueRange operands;

private:
  mlir::ConversionPatternRewriter &rewriter;
  const mlir::TypeConverter &converter;
  Refusals &refusals;
};

/// Lowers one op: the values of its results (null for one that is unused), or a refusal.
using LowerFunction = std::function<FailureOr<SmallVector<Value>>(Emitter &)>;

/// Collects the patterns of the op families.
struct LoweringPatterns {
  mlir::RewritePatternSet &patterns;
  const mlir::TypeConverter &converter;
  Refusals &refusals;

  /// Adds the lowering of the op named `name`. Operands and results are tensors of static shape when it is
  /// called.
  void add(llvm::StringRef name, LowerFunction lower);

  /// Adds the lowering of `Op`, which has one result: `FailureOr<Value> lower(Op, Emitter &)`.
  template <typename Op> void add(FailureOr<Value> (*lower)(Op, Emitter &)) {
    add(Op::getOperationName(), [lower](Emitter &b) -> FailureOr<SmallVector<Value>> {
      FailureOr<Value> value = lower(mlir::cast<Op>(b.op), b);
      if (failed(value))
        return mlir::failure();
      return SmallVector<Value>{*value};
    });
  }
  /// Adds the lowering of `Op`, which has several results.
  template <typename Op> void add(FailureOr<SmallVector<Value>> (*lower)(Op, Emitter &)) {
    add(Op::getOperationName(), [lower](Emitter &b) { return lower(mlir::cast<Op>(b.op), b); });
  }
};

/// `axis` counted from the front, if it is one of `rank` dimensions.
FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank);

// One per file of this folder, each for the family of ops that it names.
void populateArithmeticPatterns(LoweringPatterns &);
void populateActivationPatterns(LoweringPatterns &);
void populateComparisonPatterns(LoweringPatterns &);
void populateCastPatterns(LoweringPatterns &);
void populateConstantPatterns(LoweringPatterns &);
void populateConvolutionPatterns(LoweringPatterns &);
void populateMatMulPatterns(LoweringPatterns &);
void populateNormalizationPatterns(LoweringPatterns &);
void populatePaddingPatterns(LoweringPatterns &);
void populatePoolingPatterns(LoweringPatterns &);
void populateRecurrentPatterns(LoweringPatterns &);
void populateReductionPatterns(LoweringPatterns &);
void populateReshapePatterns(LoweringPatterns &);
void populateResizePatterns(LoweringPatterns &);
void populateScatterPatterns(LoweringPatterns &);
void populateSelectionPatterns(LoweringPatterns &);
void populateSoftmaxPatterns(LoweringPatterns &);

} // namespace quern::structure
