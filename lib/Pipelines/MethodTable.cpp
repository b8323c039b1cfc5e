// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/MethodTable.h"

#include "passes/ActivationAwareScaling/ActivationAwareScaling.h"
#include "passes/AttentionRows/AttentionRows.h"
#include "passes/ChannelReparameterization/ChannelReparameterization.h"
#include "passes/CrossLayerEqualization/CrossLayerEqualization.h"
#include "passes/EdgeTransforms/Method.h"
#include "passes/JointScaling/JointScaling.h"
#include "passes/NoisyQuantization/NoisyQuantization.h"
#include "passes/OutlierSuppressionPlus/OutlierSuppressionPlus.h"
#include "passes/SchemeSelection/SchemeSelection.h"
#include "passes/SmoothActivations/SmoothActivations.h"
#include "passes/WeightDilation/WeightDilation.h"

namespace quern {

llvm::ArrayRef<Method> allMethods() {
  using enum MethodPurpose;
  using enum RowsOfMethod;
  static const Method methods[] = {
      {kSmoothQuant, CodesOfBoth, Wanted, [] { return createSmoothActivations(); }},
      {kOutlierSuppressionPlus, CodesOfBoth, Wanted, [] { return createOutlierSuppressionPlus(); }},
      {kActivationAwareScaling, WeightsOnly, Needed, [] { return createActivationAwareScaling(); }},
      {kJointScaling, CodesOfBoth, Needed, [] { return createJointScaling(); }},
      {kReparameterization, CodesOfBoth, Needed, [] { return createChannelReparameterization(); }},
      {kWeightDilation, Any, None, [] { return createWeightDilation(); }},
      {kCrossLayerEqualization, Any, None, [] { return createCrossLayerEqualization(); }},
      {kSchemeSelection, CodesOfBoth, Needed, [] { return createSchemeSelection(); }, /*followsOwner=*/true},
      {kNoisyQuantization, CodesOfBoth, Needed, [] { return createNoisyQuantization(); },
       /*followsOwner=*/true},
      {kAttentionRows, CodesOfBoth, None, [] { return createAttentionRows(); }, /*followsOwner=*/true},
  };
  return methods;
}

} // namespace quern
