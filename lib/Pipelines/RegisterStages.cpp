// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/RegisterStages.h"

#include "lib/Pipelines/Assign.h"
#include "lib/Pipelines/Calibrate.h"
#include "lib/Pipelines/Integerize.h"
#include "lib/Pipelines/Prepare.h"
#include "lib/Pipelines/Quantize.h"
#include "lib/Pipelines/Structure.h"
#include "lib/Pipelines/Target.h"
#include "lib/Pipelines/Transform.h"

namespace quern {

void registerAllStages() {
  registerPrepareStage();
  registerCalibrateStage();
  registerTransformStage();
  registerAssignStage();
  registerQuantizeStage();
  registerIntegerizeStage();
  registerStructureStage();
  registerTargetStage();
}

} // namespace quern
