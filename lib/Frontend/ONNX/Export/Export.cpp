// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Export.h"

#include "lib/Frontend/ONNX/Export/GraphExporter.h"

using namespace mlir;

namespace quern {

/// The ir_version that came with an opset. Older than opset 21 is not written.
static int irVersion(int opset) {
  if (opset <= 22)
    return 10;
  if (opset <= 24)
    return opset - 12;
  return opset <= 27 ? 13 : 14;
}

FailureOr<std::string> exportModel(ModuleOp module) {
  auto function = module.lookupSymbol<func::FuncOp>("main");
  if (!function || function.isExternal() || !function.getBody().hasOneBlock())
    return module.emitError("expected a function @main of one block");
  proto::ModelProto model;
  GraphExporter exporter;
  if (failed(exporter.exportFunction(function, *model.mutable_graph())))
    return failure();
  model.set_ir_version(irVersion(exporter.getOpset()));
  model.set_producer_name("quern");
  auto *import = model.add_opset_import();
  import->set_domain("");
  import->set_version(exporter.getOpset());
  if (model.ByteSizeLong() > INT32_MAX)
    return module.emitError("the ONNX model would take more than 2 GB, the limit of its format");
  return model.SerializeAsString();
}

} // namespace quern
