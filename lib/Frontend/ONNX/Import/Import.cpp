// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Import.h"

#include "lib/Frontend/ONNX/Functions/Functions.h"
#include "lib/Frontend/ONNX/Import/GraphImporter.h"
#include "lib/Frontend/ONNX/Validate/Validate.h"

#include "dialects/ONNX/IR/ONNXDialect.h"

#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace quern {

/// Every size given for a symbolic dimension must be of one that the model has, and be a size.
static void checkDimensions(const proto::ModelProto &model, const ImportOptions &options, ErrorLog &errors) {
  std::map<std::string, bool> known;
  for (const auto &input : model.graph().input())
    for (const auto &dim : input.type().tensor_type().shape().dim())
      if (dim.has_dim_param() && !dim.dim_param().empty())
        known[dim.dim_param()] = true;
  std::string list;
  for (const auto &[name, unused] : known)
    list += (list.empty() ? "" : ", ") + name;
  for (const auto &[name, size] : options.dimensions) {
    if (!known.count(name))
      errors.model("no input has a symbolic dimension '" + Twine(name) +
                   "'; the model's are: " + (list.empty() ? "none" : list));
    if (size <= 0)
      errors.model("dimension '" + Twine(name) + "' is bound to " + Twine(size) +
                   "; a positive size is accepted");
  }
}

/// Checks, expands functions, and checks the result, where the types inside functions are known too.
static LogicalResult prepare(ParsedModel &model, const ImportOptions &options, ErrorLog &errors) {
  validateModel(model, options.limits, errors);
  checkDimensions(*model.proto, options, errors);
  if (errors.hasErrors())
    return failure();
  if (model.proto->functions_size() != 0) {
    expandFunctions(*model.proto);
    validateModel(model, options.limits, errors);
  }
  return success(!errors.hasErrors());
}

static void describe(ModuleOp module, const ParsedModel &model) {
  Builder builder(module.getContext());
  std::string producer = model.proto->producer_name();
  if (!model.proto->producer_version().empty())
    producer += " " + model.proto->producer_version();
  module->setAttr("onnx.opset", builder.getI64IntegerAttr(schema::newestOpset()));
  module->setAttr("onnx.model_hash", builder.getStringAttr(hashWithExternalData(model)));
  module->setAttr("onnx.producer", builder.getStringAttr(producer));
}

FailureOr<OwningOpRef<ModuleOp>> importModel(StringRef path, MLIRContext &context,
                                             const ImportOptions &options) {
  context.loadDialect<onnx::ONNXDialect, func::FuncDialect>();
  ErrorLog errors(context, path, options.limits.errors);
  llvm::Expected<ParsedModel> model = loadModel(path, options.limits);
  if (!model) {
    errors.model(llvm::toString(model.takeError()));
    return failure();
  }
  if (failed(prepare(*model, options, errors)))
    return failure();

  OwningOpRef<ModuleOp> module = ModuleOp::create(errors.location());
  describe(*module, *model);
  ConstantSource source{model->proto, model->files};
  GraphImporter importer(*module, defaultOpset(model->proto->opset_import()), source, options, errors);
  if (failed(importer.importMain(model->proto->graph())) || failed(verify(*module)))
    return failure();
  return module;
}

} // namespace quern
