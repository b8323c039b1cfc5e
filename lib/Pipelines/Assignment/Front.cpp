// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Front.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;

namespace quern {

static llvm::Error addPoint(std::vector<FrontPoint> &points, const AssignmentProblem &problem,
                            const LossTable &losses, VariantModel *model, size_t searched, std::string name,
                            std::vector<size_t> options) {
  for (const FrontPoint &known : points)
    if (known.name == name && known.options == options)
      return llvm::Error::success();
  FrontPoint point{std::move(name), std::move(options), {}, 0, std::nullopt};
  for (const Constraint &constraint : problem.constraints)
    point.sums.push_back(constraint.sumOf(point.options));
  for (auto [ofOp, option] : llvm::zip_equal(losses, point.options))
    point.loss += ofOp[option];
  if (model) {
    size_t begin = searched < model->countSamples() ? searched : 0;
    auto error = measureOutputError(*model, point.options, begin, model->countSamples());
    if (!error)
      return error.takeError();
    point.outputError = *error;
  }
  points.push_back(std::move(point));
  return llvm::Error::success();
}

static std::vector<std::string> namesOfOptions(const AssignmentProblem &problem) {
  std::vector<std::string> names;
  for (const AssignableOp &op : problem.ops)
    for (size_t option = 0; option < op.options.size(); ++option)
      if (!llvm::is_contained(names, op.nameOf(option)))
        names.push_back(op.nameOf(option));
  return names;
}

/// The op's option in a uniform choice: of the name, or, where it has no groups, of the same bits.
static std::optional<size_t> findUniform(const AssignableOp &op, StringRef name) {
  std::optional<size_t> ofBits;
  for (size_t option = 0; option < op.options.size(); ++option) {
    if (op.nameOf(option) == name)
      return option;
    if (!op.hasGroups && name.starts_with(op.nameOf(option)))
      ofBits = option;
  }
  return ofBits;
}

llvm::Expected<std::vector<FrontPoint>> findFront(const AssignmentProblem &problem, const LossTable &losses,
                                                  ArrayRef<size_t> chosen, VariantModel *model,
                                                  size_t searched, int64_t count) {
  std::vector<FrontPoint> points;
  std::vector<knapsack::Group> groups = problem.makeGroups(losses);
  int64_t least = knapsack::leastCost(groups), most = 0;
  for (const knapsack::Group &group : groups) {
    int64_t dearest = 0;
    for (const knapsack::Option &option : group.options)
      dearest = std::max(dearest, option.costs.front());
    most += dearest;
  }
  AssignmentProblem varied = problem;
  for (int64_t step = 0; step < count; ++step) {
    varied.constraints.front().budget = least + (most - least) * step / std::max<int64_t>(count - 1, 1);
    auto options = varied.solve(losses);
    if (!options) { // the other budgets leave no room for this one
      llvm::consumeError(options.takeError());
      continue;
    }
    if (llvm::Error error = addPoint(points, problem, losses, model, searched, "", std::move(*options)))
      return std::move(error);
  }
  for (const std::string &name : namesOfOptions(problem)) {
    std::vector<size_t> uniform;
    for (const AssignableOp &op : problem.ops)
      if (std::optional<size_t> option = findUniform(op, name))
        uniform.push_back(*option);
    if (uniform.size() != problem.ops.size())
      continue;
    if (llvm::Error error = addPoint(points, problem, losses, model, searched, name, std::move(uniform)))
      return std::move(error);
  }
  auto isChosen = [&](const FrontPoint &point) { return ArrayRef<size_t>(point.options) == chosen; };
  if (llvm::any_of(points, isChosen))
    return points;
  if (llvm::Error error = addPoint(points, problem, losses, model, searched, "", chosen.vec()))
    return std::move(error);
  points.back().isRefined = true;
  return points;
}

std::string formatFront(const AssignmentProblem &problem, ArrayRef<FrontPoint> points, StringRef modelHash,
                        StringRef sensitivity, ArrayRef<size_t> chosen) {
  llvm::json::Array list;
  for (const FrontPoint &point : points) {
    llvm::json::Object object{{"loss", point.loss}, {"chosen", ArrayRef<size_t>(point.options) == chosen}};
    if (!point.name.empty())
      object["uniform"] = point.name;
    if (point.isRefined)
      object["refined"] = true;
    if (point.outputError)
      object["output_error"] = *point.outputError;
    for (auto [constraint, sum] : llvm::zip_equal(problem.constraints, point.sums))
      object[constraint.name] = constraint.unit == 1 ? llvm::json::Value(sum) : double(sum) * constraint.unit;
    llvm::json::Array bits, groupSizes, activations;
    for (auto [op, option] : llvm::zip_equal(problem.ops, point.options)) {
      bits.push_back(op.bitsOf(option));
      groupSizes.push_back(op.groupSizeOf(option));
      activations.push_back(op.activationsOf(option));
    }
    object["bits"] = std::move(bits);
    object["group_sizes"] = std::move(groupSizes);
    object["activations"] = std::move(activations);
    list.push_back(std::move(object));
  }
  llvm::json::Array nodes;
  for (const AssignableOp &op : problem.ops)
    nodes.push_back(llvm::json::fixUTF8(op.name));
  std::string text;
  llvm::raw_string_ostream(text) << llvm::formatv(
      "{0:2}\n", llvm::json::Value(llvm::json::Object{{"version", 1},
                                                      {"model", modelHash},
                                                      {"sensitivity", sensitivity},
                                                      {"nodes", std::move(nodes)},
                                                      {"points", std::move(list)}}));
  return text;
}

} // namespace quern
