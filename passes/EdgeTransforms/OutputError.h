// The error that quantization causes behind an edge, measured on rows of its activations.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Observer.h"
#include "passes/EdgeTransforms/ActivationRows.h"
#include "passes/EdgeTransforms/Edges.h"

namespace quern {

/// For rows X of the edge and its consumers' weights W_i [channels, outputs], and any map (s, z) of the
/// channels:
///
///     sum_i || Q_a((X - z) / s) Q_w(diag(s) W_i) + z W_i - X W_i ||^2
///
/// Q_w rounds as quern-quantize-weights does, in the bits, groups and scheme of `precision`; Q_a is the
/// identity where `precision` leaves activations float, else the quantizer that the observer's range of the
/// mapped rows gives. Products are added up in f32, in the order of the channels; squares in f64.
class OutputError {
public:
  /// Nothing if a consumer is no product with a matrix along the edge's last axis, or there are no rows.
  static std::optional<OutputError> create(const Edge &edge, ActivationRows rows, PrecisionAttr precision,
                                           ObserverOptions observer);

  double of(const ChannelMap &map) const;
  /// The same with the given codes of the mapped rows, whatever range they have.
  double of(const ChannelMap &map, const Quantizer &activations) const;

  const ActivationRows &getRows() const { return rows; }

private:
  struct Consumer {
    int64_t outputs;
    std::vector<float> weight;  ///< [channels, outputs]
    std::vector<float> product; ///< X W, [rows, outputs]
  };
  OutputError(ActivationRows rows, PrecisionAttr precision, ObserverOptions observer,
              mlir::MLIRContext *context)
      : rows(std::move(rows)), precision(precision), observer(observer), context(context) {}
  /// The quantizer that the observer's range of the mapped rows gives, unless one is given.
  std::vector<float> quantizedRows(const ChannelMap &map, const Quantizer *given) const;
  double measure(const ChannelMap &map, const Quantizer *given) const;
  std::vector<float> quantizedWeight(const Consumer &consumer, const ChannelMap &map) const;

  ActivationRows rows;
  PrecisionAttr precision;
  ObserverOptions observer;
  mlir::MLIRContext *context;
  std::vector<Consumer> consumers;
};

/// The weight of a product along the last axis of its edge, [channels, outputs]; nothing for other consumers.
std::optional<std::vector<float>> readMatrix(const Edge &edge, const EdgeConsumer &consumer);

} // namespace quern
