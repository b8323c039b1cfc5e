// LSTM, GRU, RNN.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/ShapeInference/Shapes.h"

using namespace mlir;

namespace quern::onnx::infer {

/// X [time, batch, input], R [directions, gates * hidden, hidden]. Y [time, directions, batch, hidden], last
/// states [directions, batch, hidden]. With layout = 1 the batch comes first.
LogicalResult recurrent(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0), recurrence = ranked(op, 2);
  if (!input || !recurrence)
    return keepRest(op, types);
  if (input.getRank() != 3 || recurrence.getRank() != 3)
    return op->emitOpError() << "(C8) expected tensors of rank 3, but got " << input << " and " << recurrence;
  bool batchFirst = getInteger(op, "layout").value_or(0);
  int64_t time = input.getDimSize(batchFirst ? 1 : 0), batch = input.getDimSize(batchFirst ? 0 : 1);
  int64_t directions = getString(op, "direction") == "bidirectional" ? 2 : 1;
  int64_t hidden = getInteger(op, "hidden_size").value_or(recurrence.getDimSize(2));
  Shape sequence =
      batchFirst ? Shape{batch, time, directions, hidden} : Shape{time, directions, batch, hidden};
  Shape state = batchFirst ? Shape{batch, directions, hidden} : Shape{directions, batch, hidden};
  addOptional(op, types, RankedTensorType::get(sequence, input.getElementType()));
  while (types.size() < op->getNumResults())
    addOptional(op, types, RankedTensorType::get(state, input.getElementType()));
  return success();
}

} // namespace quern::onnx::infer
