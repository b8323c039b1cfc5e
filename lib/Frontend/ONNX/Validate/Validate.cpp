// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Validate/Validate.h"

#include "lib/Frontend/ONNX/Validate/GraphValidator.h"

#include "llvm/ADT/StringSet.h"

namespace quern {

using llvm::StringRef;
using llvm::Twine;
using OperatorSets = google::protobuf::RepeatedPtrField<proto::OperatorSetIdProto>;

int defaultOpset(const OperatorSets &imports) {
  for (const auto &import : imports)
    if (canonicalDomain(import.domain()).empty())
      return static_cast<int>(import.version());
  return 0;
}

static Imports readImports(const OperatorSets &sets, const Twine &whose, ErrorLog &errors) {
  Imports imports;
  for (const auto &set : sets) {
    StringRef domain = canonicalDomain(set.domain());
    if (!imports.try_emplace(domain, set.version()).second)
      errors.model(whose + " imports domain '" + (domain.empty() ? "ai.onnx" : domain) + "' more than once");
    if (domain.empty() && (set.version() < schema::oldestOpset || set.version() > schema::newestOpset()))
      errors.model(whose + " states opset " + Twine(set.version()) +
                   "; accepted: " + Twine(schema::oldestOpset) + " to " + Twine(schema::newestOpset()));
  }
  return imports;
}

static void checkHeader(const proto::ModelProto &model, ErrorLog &errors) {
  // Before ir_version 3 a model could not state its opset, which was then 1.
  constexpr int oldestIrVersion = 3;
  if (model.ir_version() < oldestIrVersion || model.ir_version() > schema::newestIrVersion())
    errors.model("the model states ir_version " + Twine(model.ir_version()) +
                 "; accepted: " + Twine(oldestIrVersion) + " to " + Twine(schema::newestIrVersion()));
  if (model.opset_import_size() == 0)
    errors.model("the model imports no opset; accepted: " + Twine(schema::oldestOpset) + " to " +
                 Twine(schema::newestOpset()));
  llvm::StringSet<> keys;
  for (const auto &entry : model.metadata_props())
    if (!keys.insert(entry.key()).second)
      errors.model("metadata key '" + Twine(entry.key()) + "' is given more than once");
}

/// A function may import another opset than the model as long as its operators are the same there.
static void checkCompatibility(const proto::FunctionProto &function, const Imports &own,
                               const Imports &models, ErrorLog &errors) {
  int64_t mine = own.lookup(""), theirs = models.lookup("");
  if (mine == theirs || theirs == 0)
    return;
  for (const proto::NodeProto &node : function.node()) {
    if (!canonicalDomain(node.domain()).empty())
      continue;
    if (schema::find(node.op_type(), static_cast<int>(mine)) !=
        schema::find(node.op_type(), static_cast<int>(theirs)))
      errors.node(node, "operator '" + Twine(node.op_type()) + "' differs between opset " + Twine(mine) +
                            " of function '" + function.name() + "' and opset " + Twine(theirs) +
                            " of the model");
  }
}

static void checkFunctions(ModelContext &context, const Imports &modelImports) {
  llvm::StringSet<> seen;
  for (const proto::FunctionProto &function : context.model.proto->functions()) {
    if (!seen.insert(function.domain() + "\n" + function.name() + "\n" + function.overload()).second)
      context.errors.model("function '" + Twine(function.name()) + "' is defined more than once");
    Imports imports =
        readImports(function.opset_import(), "function '" + Twine(function.name()) + "'", context.errors);
    checkCompatibility(function, imports, modelImports, context.errors);
    GraphValidator(context, imports).checkFunction(function);
  }
}

void validateModel(const ParsedModel &model, const Limits &limits, ErrorLog &errors) {
  if (!model.proto->has_graph())
    return errors.model("the file is no ONNX model: it holds no graph");
  checkHeader(*model.proto, errors);
  Imports imports = readImports(model.proto->opset_import(), "the model", errors);
  FunctionTable functions(*model.proto);
  if (llvm::Error error = checkExpansion(*model.proto, functions, limits))
    return errors.model(llvm::toString(std::move(error)));
  ModelContext context{model, limits, errors, functions, {}};
  checkFunctions(context, imports);
  GraphValidator(context, imports).checkMainGraph(model.proto->graph());
}

} // namespace quern
