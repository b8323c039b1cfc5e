// RUN: not quern-opt %s --quern-attach-ranges="statistics=%S/Inputs/other-model.json" 2>&1 | FileCheck %s --check-prefix=MODEL
// RUN: not quern-opt %s --quern-attach-ranges="statistics=%S/Inputs/damaged.json" 2>&1 | FileCheck %s --check-prefix=DAMAGED
// RUN: not quern-opt %s --quern-attach-ranges="statistics=%S/Inputs/missing.json" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not quern-opt %s --quern-attach-ranges="statistics=%S/Inputs/statistics.json observer=best" 2>&1 | FileCheck %s --check-prefix=OBSERVER
// RUN: not quern-opt %s --quern-attach-ranges="statistics=%S/Inputs/statistics.json percentile=0" 2>&1 | FileCheck %s --check-prefix=OBSERVER

// MODEL: the statistics are of another model: their model hash is 'feed', this model's is ''; calibrate again (C1)
// DAMAGED: damaged.json': value 'x': {{.*}}
// MISSING: cannot read '{{.*}}missing.json'
// OBSERVER: expected observer=min-max, moving-average, percentile, entropy, mse or norm
module attributes {onnx.model_hash = ""} {
  func.func @main(%x: tensor<1x4xf32> {onnx.name = "x"}) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
}
