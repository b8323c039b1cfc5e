// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertEntryABI/ConvertEntryABI.h"

#include "passes/ProfileNodes/ProfileAttributes.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_CONVERTENTRYABI
#include "passes/ConvertEntryABI/ConvertEntryABI.h.inc"

static constexpr StringLiteral kParallel("quern.parallel");
static constexpr StringLiteral kResult("quern.result");
static constexpr StringLiteral kWorkspace("quern.workspace");
static constexpr StringLiteral kWorkspaceBytes("quern.workspace_bytes");
static constexpr int64_t kAlignment = 64;

/// True when a memref of `type` is known from one pointer.
static bool isStatic(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  return type.hasStaticShape() && succeeded(type.getStridesAndOffset(strides, offset)) &&
         !ShapedType::isDynamic(offset) && llvm::none_of(strides, ShapedType::isDynamic);
}

namespace {

/// Moves values between the types of the functions' bodies and those of the C interface.
class Boundary {
public:
  explicit Boundary(MLIRContext *context) : converter(context) {}

  LLVM::LLVMPointerType pointer() const { return LLVM::LLVMPointerType::get(&converter.getContext()); }

  /// The C type of a capture: a pointer for a static memref, the scalar itself; null for anything else (C1).
  Type lower(Type type) const {
    if (auto memref = dyn_cast<MemRefType>(type))
      return isStatic(memref) ? Type(pointer()) : Type();
    if (isa<IndexType>(type))
      return IntegerType::get(type.getContext(), 64);
    return isa<IntegerType, FloatType>(type) ? type : Type();
  }

  Value lower(ImplicitLocOpBuilder &b, Value value) const {
    if (auto memref = dyn_cast<MemRefType>(value.getType())) {
      Value descriptor = cast(b, value, converter.convertType(memref));
      return MemRefDescriptor(descriptor).alignedPtr(b, b.getLoc());
    }
    if (isa<IndexType>(value.getType()))
      return arith::IndexCastOp::create(b, b.getI64Type(), value);
    return value;
  }

  Value raise(ImplicitLocOpBuilder &b, Value value, Type type) const {
    if (auto memref = dyn_cast<MemRefType>(type))
      return cast(b, MemRefDescriptor::fromStaticShape(b, b.getLoc(), converter, memref, value), memref);
    if (isa<IndexType>(type))
      return arith::IndexCastOp::create(b, type, value);
    return value;
  }

  static Value cast(ImplicitLocOpBuilder &b, Value value, Type type) {
    return UnrealizedConversionCastOp::create(b, type, value).getResult(0);
  }

private:
  LLVMTypeConverter converter;
};

/// The texts of failed assertions, numbered from 1.
class ErrorCodes {
public:
  int32_t codeOf(StringRef text) {
    auto [entry, isNew] = codes.try_emplace(text, texts.size() + 1);
    if (isNew)
      texts.push_back(text);
    return entry->second;
  }
  ArrayRef<StringRef> list() const { return texts; }

private:
  llvm::StringMap<int32_t> codes;
  SmallVector<StringRef> texts;
};

Value addressOfField(ImplicitLocOpBuilder &b, Value base, Type type, int32_t field) {
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  return LLVM::GEPOp::create(b, pointer, type, base, ArrayRef<LLVM::GEPArg>{0, field});
}

Value addressOfByte(ImplicitLocOpBuilder &b, Value base, int64_t offset) {
  Value distance = LLVM::ConstantOp::create(b, b.getI64Type(), b.getI64IntegerAttr(offset));
  return LLVM::GEPOp::create(b, base.getType(), b.getI8Type(), base, ArrayRef<LLVM::GEPArg>{distance});
}

/// One task: the layout of its captures, and its function brought to the C form.
class Task {
public:
  Task(func::FuncOp function, const Boundary &boundary) : function(function), boundary(boundary) {}

  func::FuncOp getFunction() const { return function; }

  /// Checks the task's own form and computes the layout.
  LogicalResult analyse() {
    FunctionType type = function.getFunctionType();
    unsigned count = type.getNumInputs();
    if (function.isExternal() || type.getNumResults() != 0 || count < 2 ||
        !type.getInput(count - 1).isIndex() || !type.getInput(count - 2).isIndex())
      return function.emitOpError(
          "expected a task to be a private function (captures..., index, index) -> ()");
    captures = SmallVector<Type>(type.getInputs().drop_back(2));
    SmallVector<Type> fields = {boundary.pointer()}; // the error cell comes first
    for (auto [index, capture] : llvm::enumerate(captures)) {
      fields.push_back(boundary.lower(capture));
      if (!fields.back())
        return function.emitOpError("expected capture ")
               << index << " to be a scalar or a memref known from one pointer, got " << capture << " (C1)";
    }
    layout = LLVM::LLVMStructType::getLiteral(function.getContext(), fields);
    return success();
  }

  /// Returns the task's error cell.
  Value convert() {
    Block &entry = function.front();
    ImplicitLocOpBuilder b(function.getLoc(), &entry, entry.begin());
    SmallVector<Value> old(entry.getArguments());
    Value argument = entry.addArgument(boundary.pointer(), b.getLoc());
    Value begin = entry.addArgument(b.getI64Type(), b.getLoc());
    Value end = entry.addArgument(b.getI64Type(), b.getLoc());
    Value cell = LLVM::LoadOp::create(b, boundary.pointer(), addressOfField(b, argument, layout, 0));
    for (auto [index, capture] : llvm::enumerate(captures)) {
      Value field = LLVM::LoadOp::create(b, layout.getBody()[index + 1],
                                         addressOfField(b, argument, layout, index + 1));
      old[index].replaceAllUsesWith(boundary.raise(b, field, capture));
    }
    old[captures.size()].replaceAllUsesWith(boundary.raise(b, begin, b.getIndexType()));
    old[captures.size() + 1].replaceAllUsesWith(boundary.raise(b, end, b.getIndexType()));
    entry.eraseArguments(0, old.size());
    function.setFunctionType(b.getFunctionType(entry.getArgumentTypes(), {}));
    function.setAllArgAttrs(
        ArrayRef<DictionaryAttr>(SmallVector<DictionaryAttr>(3, b.getDictionaryAttr({}))));
    function.setPrivate();
    // A copy within the entry function would make LLVM's time grow with the square of the number of tasks.
    function->setAttr("passthrough", b.getStrArrayAttr({"noinline"}));
    return cell;
  }

  /// Replaces a call. `structure` is memory on the caller's stack for the captures.
  void convertCall(func::CallOp call, Value cell, Value parallel) {
    ImplicitLocOpBuilder b(call.getLoc(), call);
    Value structure = allocateOnStack(b, call->getParentOfType<func::FuncOp>());
    LLVM::StoreOp::create(b, cell, addressOfField(b, structure, layout, 0));
    for (unsigned index = 0; index < captures.size(); ++index)
      LLVM::StoreOp::create(b, boundary.lower(b, call.getOperand(index)),
                            addressOfField(b, structure, layout, index + 1));
    Value begin = boundary.lower(b, call.getOperand(captures.size()));
    Value end = boundary.lower(b, call.getOperand(captures.size() + 1));

    Value null = LLVM::ZeroOp::create(b, boundary.pointer());
    Value serial = LLVM::ICmpOp::create(b, LLVM::ICmpPredicate::eq, parallel, null);
    scf::IfOp::create(
        b, serial,
        [&](OpBuilder &builder, Location loc) {
          func::CallOp::create(builder, loc, function, ValueRange{structure, begin, end});
          scf::YieldOp::create(builder, loc);
        },
        [&](OpBuilder &builder, Location loc) {
          ImplicitLocOpBuilder inner(loc, builder);
          runInParallel(inner, parallel, structure, end);
          scf::YieldOp::create(inner);
        });
    call.erase();
  }

private:
  Value allocateOnStack(ImplicitLocOpBuilder &b, func::FuncOp caller) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&caller.front()); // outside of loops, so that the stack does not grow
    Value one = LLVM::ConstantOp::create(b, b.getI64Type(), b.getI64IntegerAttr(1));
    return LLVM::AllocaOp::create(b, boundary.pointer(), layout, one);
  }

  /// parallel->run(parallel->context, task, structure, count), of quern_parallel {context, threads, run}.
  void runInParallel(ImplicitLocOpBuilder &b, Value parallel, Value structure, Value count) {
    Type pointer = boundary.pointer();
    auto type = LLVM::LLVMStructType::getLiteral(b.getContext(), {pointer, b.getI32Type(), pointer});
    Value context = LLVM::LoadOp::create(b, pointer, addressOfField(b, parallel, type, 0));
    Value run = LLVM::LoadOp::create(b, pointer, addressOfField(b, parallel, type, 2));
    Value task = func::ConstantOp::create(b, function.getFunctionType(), function.getSymName());
    task = Boundary::cast(b, task, pointer);
    auto signature = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                                 {pointer, pointer, pointer, b.getI64Type()});
    LLVM::CallOp::create(b, signature, ValueRange{run, context, task, structure, count});
  }

  func::FuncOp function;
  const Boundary &boundary;
  SmallVector<Type> captures;
  LLVM::LLVMStructType layout;
};

struct ConvertEntryABIPass : impl::ConvertEntryABIBase<ConvertEntryABIPass> {
  using ConvertEntryABIBase::ConvertEntryABIBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>(entry);
    if (!main || main.isExternal()) {
      module.emitOpError("expected a function '") << entry << "' with a body";
      return signalPassFailure();
    }
    Boundary boundary(&getContext());
    SmallVector<Task> tasks;
    SmallVector<std::pair<func::CallOp, unsigned>> calls;
    if (failed(checkEntry(main)) || failed(findTasks(module, main, boundary, tasks, calls)) ||
        failed(checkAssertions(module, main, tasks)))
      return signalPassFailure();

    ErrorCodes errors;
    for (Task &task : tasks) {
      Value cell = task.convert();
      convertAssertions(task.getFunction(), cell, errors);
    }
    convertEntry(module, main, boundary, tasks, calls, errors);
  }

private:
  LogicalResult checkEntry(func::FuncOp main) {
    if (main.getNumResults() != 0)
      return main.emitOpError("expected results to be arguments (quern-results-to-arguments)");
    if (!main.getBody().hasOneBlock())
      return main.emitOpError("expected structured control flow");
    for (auto [index, type] : llvm::enumerate(main.getArgumentTypes())) {
      auto memref = dyn_cast<MemRefType>(type);
      if (!memref || !isStatic(memref))
        return main.emitOpError("expected argument ")
               << index << " to be a memref known from one pointer, got " << type << " (C1)";
    }
    return success();
  }

  LogicalResult findTasks(ModuleOp module, func::FuncOp main, const Boundary &boundary,
                          SmallVector<Task> &tasks, SmallVector<std::pair<func::CallOp, unsigned>> &calls) {
    llvm::StringMap<unsigned> indexOf;
    WalkResult result = module.walk([&](func::CallOp call) -> WalkResult {
      if (!call->hasAttr(kParallel))
        return WalkResult::advance();
      if (call->getParentOfType<func::FuncOp>() != main)
        return call.emitOpError("expected parallel calls in '") << entry << "' only (C3)";
      auto function = module.lookupSymbol<func::FuncOp>(call.getCallee());
      if (!function)
        return call.emitOpError("expected a task in this module");
      auto [entry, isNew] = indexOf.try_emplace(call.getCallee(), tasks.size());
      if (isNew) {
        tasks.emplace_back(function, boundary);
        if (failed(tasks.back().analyse()))
          return WalkResult::interrupt();
      }
      if (!matchPattern(call.getOperand(call.getNumOperands() - 2), m_Zero()))
        return call.emitOpError("expected a parallel range that starts at 0 (C2)");
      calls.emplace_back(call, entry->second);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return failure();
    result = module.walk([&](func::CallOp call) -> WalkResult {
      if (!call->hasAttr(kParallel) && indexOf.contains(call.getCallee()))
        return call.emitOpError("expected a task to be called with 'quern.parallel' (C3)");
      return WalkResult::advance();
    });
    return failure(result.wasInterrupted());
  }

  LogicalResult checkAssertions(ModuleOp module, func::FuncOp main, ArrayRef<Task> tasks) {
    WalkResult result = module.walk([&](cf::AssertOp op) -> WalkResult {
      auto function = op->getParentOfType<func::FuncOp>();
      if (function == main ||
          llvm::any_of(tasks, [&](const Task &task) { return task.getFunction() == function; }))
        return WalkResult::advance();
      return op.emitOpError("expected an assertion in '") << entry << "' or in a task (C4)";
    });
    return failure(result.wasInterrupted());
  }

  static void convertAssertions(func::FuncOp function, Value cell, ErrorCodes &errors) {
    SmallVector<cf::AssertOp> assertions;
    function.walk([&](cf::AssertOp op) { assertions.push_back(op); });
    for (cf::AssertOp op : assertions) {
      ImplicitLocOpBuilder b(op.getLoc(), op);
      Value isTrue = arith::ConstantOp::create(b, b.getBoolAttr(true));
      Value failed = arith::XOrIOp::create(b, op.getArg(), isTrue);
      int32_t code = errors.codeOf(op.getMsg());
      scf::IfOp::create(b, failed, [&](OpBuilder &builder, Location loc) {
        Value value =
            LLVM::ConstantOp::create(builder, loc, builder.getI32Type(), builder.getI32IntegerAttr(code));
        LLVM::StoreOp::create(builder, loc, value, cell);
        scf::YieldOp::create(builder, loc);
      });
      op.erase();
    }
  }

  void convertEntry(ModuleOp module, func::FuncOp main, const Boundary &boundary, MutableArrayRef<Task> tasks,
                    ArrayRef<std::pair<func::CallOp, unsigned>> calls, ErrorCodes &errors) {
    Block &block = main.front();
    ImplicitLocOpBuilder b(main.getLoc(), &block, block.begin());
    Type pointer = boundary.pointer();
    SmallVector<Value> old(block.getArguments());
    Value inputs = block.addArgument(pointer, b.getLoc());
    Value outputs = block.addArgument(pointer, b.getLoc());
    Value workspace = block.addArgument(pointer, b.getLoc());
    Value parallel = block.addArgument(pointer, b.getLoc());

    int64_t workspaceBytes = 0;
    int32_t inputCount = 0, outputCount = 0;
    for (auto [index, argument] : llvm::enumerate(old)) {
      Value data = workspace;
      auto type = cast<MemRefType>(argument.getType());
      if (main.getArgAttr(index, kWorkspace)) {
        workspaceBytes = type.getNumElements();
      } else if (main.getArgAttr(index, kCountersAttrName)) {
        int64_t place = llvm::alignTo(workspaceBytes, kAlignment);
        data = addressOfByte(b, workspace, place);
        module->setAttr(kCountersOffsetAttrName, b.getI64IntegerAttr(place));
        workspaceBytes = place + type.getNumElements() * type.getElementTypeBitWidth() / 8;
      } else {
        bool isResult = main.getArgAttr(index, kResult) != nullptr;
        Value address = LLVM::GEPOp::create(b, pointer, pointer, isResult ? outputs : inputs,
                                            ArrayRef<LLVM::GEPArg>{isResult ? outputCount++ : inputCount++});
        data = LLVM::LoadOp::create(b, pointer, address);
      }
      argument.replaceAllUsesWith(boundary.raise(b, data, argument.getType()));
    }
    block.eraseArguments(0, old.size());

    // The error cell follows the buffers.
    int64_t cellOffset = llvm::alignTo(workspaceBytes, kAlignment);
    Value cell = addressOfByte(b, workspace, cellOffset);
    Value status = LLVM::ConstantOp::create(b, b.getI32Type(), b.getI32IntegerAttr(0));
    convertAssertions(main, cell, errors);
    for (auto [call, task] : calls)
      tasks[task].convertCall(call, cell, parallel);
    bool mayFail = !errors.list().empty();
    if (mayFail)
      LLVM::StoreOp::create(b, status, cell);

    Operation *terminator = block.getTerminator();
    if (mayFail) {
      b.setInsertionPoint(terminator);
      status = LLVM::LoadOp::create(b, b.getI32Type(), cell);
    }
    terminator->setOperands(status);

    main.setFunctionType(b.getFunctionType(block.getArgumentTypes(), b.getI32Type()));
    SmallVector<DictionaryAttr> attributes(4, b.getDictionaryAttr({}));
    attributes[2] = b.getDictionaryAttr({b.getNamedAttr("llvm.noalias", b.getUnitAttr()),
                                         b.getNamedAttr("llvm.align", b.getI64IntegerAttr(kAlignment))});
    main.setAllArgAttrs(attributes);
    main.removeResAttrsAttr();
    main.setSymName("quern_entry");
    main.setPublic();
    module->setAttr(kWorkspaceBytes, b.getI64IntegerAttr(mayFail ? cellOffset + kAlignment : workspaceBytes));
    module->setAttr("quern.errors", b.getStrArrayAttr(errors.list()));
  }
};

} // namespace
} // namespace quern
