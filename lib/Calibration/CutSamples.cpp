// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/CutSamples.h"

#include "lib/Calibration/SampleHash.h"

#include "llvm/ADT/STLExtras.h"

#include <deque>

namespace quern {

std::vector<SequencePiece> cutSequence(int64_t total, llvm::ArrayRef<LengthShare> shares, uint64_t phase) {
  std::vector<int64_t> turn;
  for (const LengthShare &share : shares)
    turn.insert(turn.end(), share.weight, share.length);
  std::vector<SequencePiece> pieces;
  for (int64_t begin = 0; !turn.empty(); ++phase) {
    int64_t length = turn[phase % turn.size()], rest = total - begin;
    if (length > rest) {
      length = 0;
      for (const LengthShare &share : shares)
        length = share.length <= rest ? std::max(length, share.length) : length;
    }
    if (length == 0)
      break;
    pieces.push_back({begin, length});
    begin += length;
  }
  return pieces;
}

static NpyArray slice(const NpyArray &array, size_t axis, SequencePiece piece) {
  NpyArray result;
  result.type = array.type;
  result.shape = array.shape;
  result.shape[axis] = piece.length;
  size_t inner = elementBytes(array.type), outer = 1;
  for (size_t i = 0; i < array.shape.size(); ++i)
    (i < axis ? outer : inner) *= i == axis ? 1 : array.shape[i];
  size_t whole = array.shape[axis] * inner, part = piece.length * inner;
  result.data.resize(outer * part);
  for (size_t i = 0; i < outer; ++i)
    std::copy_n(array.data.begin() + i * whole + piece.begin * inner, part, result.data.begin() + i * part);
  return result;
}

namespace {
class CutSamples : public SampleReader {
public:
  CutSamples(std::unique_ptr<SampleReader> source, std::vector<InputSpec> inputs, CutOptions options)
      : source(std::move(source)), inputs(std::move(inputs)), options(std::move(options)) {}

  llvm::Expected<bool> next(Sample &sample) override {
    while (pending.empty()) {
      if (options.limit && taken == *options.limit)
        return false;
      llvm::Expected<bool> got = source->next(whole);
      if (!got || !*got)
        return got;
      ++taken;
      if (llvm::Error error = cut())
        return std::move(error);
    }
    SequencePiece piece = pending.front();
    pending.pop_front();
    sample.clear();
    for (auto [array, axis] : llvm::zip_equal(whole, options.axes))
      sample.push_back(axis ? slice(array, *axis, piece) : array);
    return true;
  }
  llvm::Error rewind() override {
    pending.clear();
    taken = 0;
    return source->rewind();
  }
  std::optional<int64_t> count() const override { return std::nullopt; }

private:
  /// Queues the pieces of `whole`.
  llvm::Error cut() {
    std::optional<int64_t> total;
    for (auto [array, axis, input] : llvm::zip_equal(whole, options.axes, inputs)) {
      if (axis && total.value_or(array.shape[*axis]) != array.shape[*axis])
        return llvm::createStringError("sample " + std::to_string(taken - 1) + ": input '" + input.name +
                                       "' has length " + std::to_string(array.shape[*axis]) +
                                       ", another input " + std::to_string(*total));
      if (axis)
        total = array.shape[*axis];
    }
    SampleHash hash;
    hash.add(whole, inputs);
    uint64_t number = 0;
    llvm::StringRef(hash.toString()).take_front(16).getAsInteger(16, number);
    bool isHeldBack = number % 4 == 0;
    if (options.part != CutOptions::Part::All && isHeldBack != (options.part == CutOptions::Part::HeldBack))
      return llvm::Error::success();
    for (SequencePiece piece : cutSequence(total.value_or(0), options.shares, number / 4))
      if (!options.only || piece.length == *options.only)
        pending.push_back(piece);
    return llvm::Error::success();
  }

  std::unique_ptr<SampleReader> source;
  std::vector<InputSpec> inputs;
  CutOptions options;
  Sample whole;
  std::deque<SequencePiece> pending; ///< of `whole`
  int64_t taken = 0;
};
} // namespace

std::unique_ptr<SampleReader> cutSamples(std::unique_ptr<SampleReader> source, std::vector<InputSpec> inputs,
                                         CutOptions options) {
  return std::make_unique<CutSamples>(std::move(source), std::move(inputs), std::move(options));
}

} // namespace quern
