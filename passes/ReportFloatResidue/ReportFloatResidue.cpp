// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ReportFloatResidue/ReportFloatResidue.h"

#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "lib/Support/Files.h"
#include "passes/Integerize/FloatReasons.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;

namespace quern {
#define GEN_PASS_DEF_REPORTFLOATRESIDUE
#include "passes/ReportFloatResidue/ReportFloatResidue.h.inc"

/// The numbers that the op reads and writes per run; nothing where a shape is not known.
static std::optional<int64_t> countNumbers(Operation *op) {
  int64_t count = 0;
  for (Type type : llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes())) {
    auto tensor = dyn_cast<TensorType>(type);
    if (!tensor)
      continue;
    if (!tensor.hasStaticShape())
      return std::nullopt;
    count += tensor.getNumElements();
  }
  return count;
}

/// True if the op computes on codes or on their sums.
static bool computesOnIntegers(Operation *op) {
  return isa<QuantizedResultInterface, DequantizeAccumulatorOp, DequantizeRowAccumulatorOp, GroupedMatMulOp,
             LutOp, QLinearSoftmaxOp>(op);
}

static llvm::json::Object describe(Operation *op, const Refusal &refusal) {
  llvm::json::Object entry{{"node", onnx::getNodeName(op)},
                           {"operator", op->getName().stripDialect()},
                           {"reason", refusal.reason},
                           {"remedy", refusal.remedy}};
  if (std::optional<int64_t> numbers = countNumbers(op))
    entry["numbers"] = *numbers;
  return entry;
}

static void emit(Operation *op, const Refusal &refusal, DiagnosticSeverity severity) {
  InFlightDiagnostic diagnostic = op->getContext()->getDiagEngine().emit(op->getLoc(), severity)
                                  << op->getName().stripDialect() << " stays float because it "
                                  << refusal.reason;
  if (std::optional<int64_t> numbers = countNumbers(op))
    diagnostic << " (it reads and writes " << *numbers << " numbers per run)";
  if (!refusal.remedy.empty())
    diagnostic << "; to change that: " << refusal.remedy;
}

namespace {
struct ReportFloatResiduePass : impl::ReportFloatResidueBase<ReportFloatResiduePass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<Operation *> residue;
    bool hasIntegers = false;
    getOperation().walk([&](Operation *op) {
      if (computesOnFloats(op))
        residue.push_back(op);
      hasIntegers |= computesOnIntegers(op);
    });
    if (!hasIntegers)
      return;
    llvm::json::Array entries;
    for (Operation *op : residue) {
      Refusal refusal = explainFloat(op);
      emit(op, refusal, failOnFloat ? DiagnosticSeverity::Error : DiagnosticSeverity::Warning);
      entries.push_back(describe(op, refusal));
    }
    std::string text = llvm::formatv("{0:2}", llvm::json::Value(std::move(entries)));
    getOperation()->setAttr(kFloatResidueAttrName, StringAttr::get(&getContext(), text));
    if (failed(write(text)) || (failOnFloat && !residue.empty()))
      signalPassFailure();
  }

  LogicalResult write(StringRef text) {
    if (file.empty())
      return success();
    llvm::Error error = writeFileAtomically(file, text);
    if (!error)
      return success();
    return getOperation().emitError() << llvm::toString(std::move(error));
  }
};
} // namespace
} // namespace quern
