// RNN, GRU and LSTM: the input's part of all gates in one contraction, then a loop over the steps.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Recurrent.h"
#include "passes/ConvertONNXToLinalg/Contraction.h"
#include "passes/ConvertONNXToLinalg/Reduction.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace quern::structure {

namespace {

/// The extents and operands that the three ops share. X is [steps, batch, inputs].
struct Network {
  int64_t steps, batch, hidden, gates, directions;
  bool startsReversed; ///< direction 0 runs backwards
};

/// What a step computes from: the input's part and the recurrent part of the gates, [batch, gates * hidden]
/// each, and the recurrent weights and bias, for a gate whose recurrent part is not linear in the state.
struct Step {
  Value fromInput, fromState, weight, bias;
};

/// The state after a step: the hidden state, and for LSTM the cell.
using State = SmallVector<Value>;
using StepFunction = llvm::function_ref<State(ImplicitLocOpBuilder &, const Step &, ArrayRef<Value> state)>;

Value slice(ImplicitLocOpBuilder &b, Value value, ArrayRef<OpFoldResult> offsets, ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> ones(sizes.size(), 1);
  return tensor::ExtractSliceOp::create(b, value, offsets, getAsIndexOpFoldResult(b.getContext(), sizes),
                                        getAsIndexOpFoldResult(b.getContext(), ones));
}

/// Element `i` along dimension 0, which disappears.
Value element(ImplicitLocOpBuilder &b, Value value, OpFoldResult i) {
  SmallVector<OpFoldResult> offsets(shapeOf(value).size(), b.getIndexAttr(0));
  SmallVector<int64_t> sizes(shapeOf(value));
  offsets[0] = i;
  sizes[0] = 1;
  return dropDimensions(b, slice(b, value, offsets, sizes), {0});
}

/// `count` gates from gate `first` on, of values [batch, gates * hidden] or [gates * hidden, ...].
Value gates(ImplicitLocOpBuilder &b, Value value, int64_t axis, int64_t first, int64_t count,
            int64_t hidden) {
  SmallVector<OpFoldResult> offsets(shapeOf(value).size(), b.getIndexAttr(0));
  SmallVector<int64_t> sizes(shapeOf(value));
  offsets[axis] = b.getIndexAttr(first * hidden);
  sizes[axis] = count * hidden;
  return slice(b, value, offsets, sizes);
}

/// left * transpose(weight) + bias over the last dimension of `left` and that of `weight` [gates, k].
Value project(ImplicitLocOpBuilder &b, Value left, Value weight, Value bias) {
  SmallVector<int64_t> shape(shapeOf(left));
  unsigned outer = shape.size() - 1, count = outer + 2;
  shape.back() = shapeOf(weight)[0];
  SmallVector<utils::IteratorType> iterators(count, utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  AffineMap all = b.getMultiDimIdentityMap(count);
  Contraction operands{
      {left, all.dropResult(outer)},
      {weight,
       AffineMap::get(count, 0, {b.getAffineDimExpr(outer), b.getAffineDimExpr(outer + 1)}, b.getContext())}};
  return contract(b, operands, {broadcastTo(b, bias, shape), all.dropResult(outer + 1)}, iterators);
}

/// One direction: the hidden states of all steps, inserted into `all` at `direction`, and the last state.
SmallVector<Value> runDirection(Emitter &b, const Network &network, int64_t direction, State state, Value all,
                                StepFunction compute) {
  OpFoldResult number = b.getIndexAttr(direction);
  Value input = b.operands[0], weight = element(b, b.operands[1], number),
        recurrent = element(b, b.operands[2], number);
  int64_t width = network.gates * network.hidden;
  Value zero = filled(b, {width}, scalar(b, elementOf(input), 0)), inputBias = zero, stateBias = zero;
  if (b.hasOperand(3)) {
    Value both = element(b, b.operands[3], number);
    inputBias = gates(b, both, 0, 0, network.gates, network.hidden);
    stateBias = gates(b, both, 0, network.gates, network.gates, network.hidden);
  }
  Value fromInput = project(b, input, weight, inputBias);
  bool reversed = direction == 1 || network.startsReversed;
  SmallVector<Value> carried(std::move(state));
  carried.push_back(all);
  Value begin = arith::ConstantIndexOp::create(b, 0), end = arith::ConstantIndexOp::create(b, network.steps);
  Value one = arith::ConstantIndexOp::create(b, 1);
  auto loop = scf::ForOp::create(
      b, begin, end, one, carried, [&](OpBuilder &builder, Location location, Value at, ValueRange values) {
        ImplicitLocOpBuilder inner(location, builder);
        if (reversed)
          at = arith::SubIOp::create(inner, arith::ConstantIndexOp::create(inner, network.steps - 1), at);
        auto before = llvm::to_vector(values.drop_back());
        Step step{element(inner, fromInput, at), project(inner, before[0], recurrent, stateBias), recurrent,
                  stateBias};
        State after = compute(inner, step, before);
        SmallVector<OpFoldResult> offsets{at, number, inner.getIndexAttr(0), inner.getIndexAttr(0)};
        SmallVector<int64_t> sizes{1, 1, network.batch, network.hidden}, ones{1, 1, 1, 1};
        Value kept = tensor::InsertSliceOp::create(inner, after[0], values.back(), offsets,
                                                   getAsIndexOpFoldResult(inner.getContext(), sizes),
                                                   getAsIndexOpFoldResult(inner.getContext(), ones));
        after.push_back(kept);
        scf::YieldOp::create(inner, after);
      });
  return llvm::to_vector_of<Value>(loop.getResults());
}

/// Runs all directions. Results: all hidden states, then the last of each part of the state.
SmallVector<Value> runNetwork(Emitter &b, const Network &network, ArrayRef<unsigned> initialOperands,
                              StepFunction compute) {
  Type type = elementOf(b.operands[0]);
  Value zero = scalar(b, type, 0);
  Value all = empty(b, {network.steps, network.directions, network.batch, network.hidden}, type);
  SmallVector<int64_t> stateShape{network.directions, network.batch, network.hidden};
  SmallVector<Value> last(initialOperands.size());
  for (Value &value : last)
    value = empty(b, stateShape, type);
  for (int64_t direction = 0; direction < network.directions; ++direction) {
    State state;
    for (unsigned i : initialOperands)
      state.push_back(b.hasOperand(i) ? element(b, b.operands[i], b.getIndexAttr(direction))
                                      : filled(b, {network.batch, network.hidden}, zero));
    SmallVector<Value> results = runDirection(b, network, direction, state, all, compute);
    all = results.back();
    for (auto [value, part] : llvm::zip(last, results)) {
      SmallVector<int64_t> offsets{direction, 0, 0}, sizes{1, network.batch, network.hidden}, ones{1, 1, 1};
      value = tensor::InsertSliceOp::create(b, part, value, getAsIndexOpFoldResult(b.getContext(), offsets),
                                            getAsIndexOpFoldResult(b.getContext(), sizes),
                                            getAsIndexOpFoldResult(b.getContext(), ones));
    }
  }
  SmallVector<Value> results{all};
  llvm::append_range(results, last);
  for (auto [i, value] : llvm::enumerate(results))
    if (!b.hasResult(i))
      value = Value();
  return results;
}

template <typename Op>
FailureOr<Network> analyze(Op op, Emitter &b, int64_t gateCount, ArrayRef<StringRef> activations) {
  if (!elementOf(b.operands[0]).isF32())
    return b.refuse("expected elements that are float");
  if (op.getLayout() != 0)
    return b.refuse("expected layout = 0");
  if (b.hasOperand(4))
    return b.refuse("expected sequence_lens to be absent: all sequences have the full length");
  if (op.getClip())
    return b.refuse("expected clip to be absent");
  if (auto stated = op.getActivations())
    for (auto [i, name] : llvm::enumerate(stated->template getAsValueRange<StringAttr>()))
      if (!name.equals_insensitive(activations[i % activations.size()]))
        return b.refuse("expected the default activations");
  ArrayRef<int64_t> input = shapeOf(b.operands[0]), recurrent = shapeOf(b.operands[2]);
  Network network{input[0], input[1], recurrent[2], gateCount, recurrent[0], op.getDirection() == "reverse"};
  if (recurrent[1] != gateCount * network.hidden || shapeOf(b.operands[1])[1] != recurrent[1] ||
      network.directions != (op.getDirection() == "bidirectional" ? 2 : 1) || network.steps < 1)
    return b.refuse("expected weights of one direction or two, as direction says, and at least one step");
  return network;
}

Value sigmoid(ImplicitLocOpBuilder &b, Value x, Value y) {
  return mapElements(b, {x, y}, [](Scalars &s, ValueRange in) { return s.logistic(s.add(in[0], in[1])); });
}

/// H' = tanh(W x + R H)
FailureOr<SmallVector<Value>> lowerRNN(onnx::RNNOp op, Emitter &b) {
  FailureOr<Network> network = analyze(op, b, 1, {"Tanh"});
  if (failed(network))
    return failure();
  return runNetwork(b, *network, {5}, [](ImplicitLocOpBuilder &inner, const Step &step, ArrayRef<Value>) {
    return State{mapElements(inner, {step.fromInput, step.fromState}, [](Scalars &s, ValueRange in) -> Value {
      return math::TanhOp::create(s.b, s.add(in[0], in[1]));
    })};
  });
}

/// z, r = sigmoid(W x + R H); h = tanh(W x + R (r H)), or tanh(W x + r (R H)); H' = (1 - z) h + z H
FailureOr<SmallVector<Value>> lowerGRU(onnx::GRUOp op, Emitter &b) {
  FailureOr<Network> network = analyze(op, b, 3, {"Sigmoid", "Tanh"});
  if (failed(network))
    return failure();
  bool linearFirst = op.getLinearBeforeReset() != 0;
  int64_t n = network->hidden;
  return runNetwork(
      b, *network, {5}, [&](ImplicitLocOpBuilder &inner, const Step &step, ArrayRef<Value> state) {
        Value both = sigmoid(inner, gates(inner, step.fromInput, 1, 0, 2, n),
                             gates(inner, step.fromState, 1, 0, 2, n));
        Value update = gates(inner, both, 1, 0, 1, n), reset = gates(inner, both, 1, 1, 1, n);
        auto times = [](Scalars &s, ValueRange in) { return s.multiply(in[0], in[1]); };
        Value recurrent =
            linearFirst ? mapElements(inner, {reset, gates(inner, step.fromState, 1, 2, 1, n)}, times)
                        : project(inner, mapElements(inner, {reset, state[0]}, times),
                                  gates(inner, step.weight, 0, 2, 1, n), gates(inner, step.bias, 0, 2, 1, n));
        Value input = gates(inner, step.fromInput, 1, 2, 1, n);
        return State{mapElements(inner, {input, recurrent, update, state[0]}, [](Scalars &s, ValueRange in) {
          Value candidate = math::TanhOp::create(s.b, s.add(in[0], in[1]));
          Value kept = s.subtract(s.constant(in[2].getType(), 1), in[2]);
          return s.add(s.multiply(kept, candidate), s.multiply(in[2], in[3]));
        })};
      });
}

/// i, o, f = sigmoid(W x + R H); g = tanh(W x + R H); C' = f C + i g; H' = o tanh(C')
FailureOr<SmallVector<Value>> lowerLSTM(onnx::LSTMOp op, Emitter &b) {
  FailureOr<Network> network = analyze(op, b, 4, {"Sigmoid", "Tanh", "Tanh"});
  if (failed(network))
    return failure();
  if (b.hasOperand(7) || op.getInputForget() != 0)
    return b.refuse("expected P to be absent, and input_forget = 0");
  int64_t n = network->hidden;
  return runNetwork(
      b, *network, {5, 6}, [&](ImplicitLocOpBuilder &inner, const Step &step, ArrayRef<Value> state) {
        Value three = sigmoid(inner, gates(inner, step.fromInput, 1, 0, 3, n),
                              gates(inner, step.fromState, 1, 0, 3, n));
        Value in = gates(inner, three, 1, 0, 1, n), out = gates(inner, three, 1, 1, 1, n);
        Value forget = gates(inner, three, 1, 2, 1, n);
        SmallVector<Value> operands{forget, state[1], in, gates(inner, step.fromInput, 1, 3, 1, n),
                                    gates(inner, step.fromState, 1, 3, 1, n)};
        Value cell = mapElements(inner, operands, [](Scalars &s, ValueRange in) {
          Value candidate = math::TanhOp::create(s.b, s.add(in[3], in[4]));
          return s.add(s.multiply(in[0], in[1]), s.multiply(in[2], candidate));
        });
        Value hidden = mapElements(inner, {out, cell}, [](Scalars &s, ValueRange in) {
          return s.multiply(in[0], math::TanhOp::create(s.b, in[1]));
        });
        return State{hidden, cell};
      });
}

} // namespace

void populateRecurrentPatterns(LoweringPatterns &patterns) {
  patterns.add<onnx::RNNOp>(lowerRNN);
  patterns.add<onnx::GRUOp>(lowerGRU);
  patterns.add<onnx::LSTMOp>(lowerLSTM);
}

} // namespace quern::structure
