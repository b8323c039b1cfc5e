// What every method asks before it chooses a map for an edge.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/ChannelRanges.h"
#include "passes/EdgeTransforms/EdgeLoss.h"
#include "passes/EdgeTransforms/Edges.h"

namespace quern {

inline constexpr llvm::StringLiteral kSmoothQuant("smoothquant");
inline constexpr llvm::StringLiteral kOutlierSuppressionPlus("outlier-suppression-plus");
inline constexpr llvm::StringLiteral kActivationAwareScaling("awq");
inline constexpr llvm::StringLiteral kJointScaling("aqas");
inline constexpr llvm::StringLiteral kCrossLayerEqualization("cross-layer-equalization");
inline constexpr llvm::StringLiteral kReparameterization("repq");
inline constexpr llvm::StringLiteral kSchemeSelection("q-hyvit");
inline constexpr llvm::StringLiteral kNoisyQuantization("noisyquant");
inline constexpr llvm::StringLiteral kWeightDilation("weight-dilation");
inline constexpr llvm::StringLiteral kAttentionRows("attention-rows");

/// One edge, one owner of its scale: true if a method other than the data-free ones has transformed it.
bool hasScaleOwner(const Edge &edge);

/// The method has transformed the edge.
bool hasMethod(const Edge &edge, llvm::StringRef method);

/// What a method does to one edge: `consider` offers maps to a search by the error behind the edge
/// (EdgeLoss), and the best one is inserted under the method's name. An edge that another method owns is left
/// alone, and so is one whose producer cannot take in the map, unless `allowExplicit` and the error falls
/// enough to be worth an op.
void transformEdge(const Edge &edge, bool shifted, bool allowExplicit, llvm::StringRef method,
                   llvm::function_ref<void(MapSearch &)> consider);

/// The ranges of the edge's channels, along its axis; null if they are not known.
ChannelRangesAttr rangesOf(const Edge &edge);

/// The same as numbers; empty if they are not known.
std::vector<RealRange> listRanges(const Edge &edge);

/// max |W_oj| over all consumers, for each channel j of the edge.
llvm::SmallVector<double> largestWeights(const Edge &edge);

} // namespace quern
