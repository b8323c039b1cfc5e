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

llvm::Expected<std::vector<FrontPoint>> findFront(const AssignmentProblem &problem, const LossTable &losses,
                                                  VariantModel *model, size_t searched, int64_t count) {
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
  for (size_t option = 0; option < problem.ops.front().options.size(); ++option) {
    bool isUniform = llvm::all_of(problem.ops, [&](const AssignableOp &op) {
      return option < op.options.size() && op.bitsOf(option) == problem.ops.front().bitsOf(option);
    });
    if (!isUniform)
      continue;
    std::string name = std::to_string(problem.ops.front().bitsOf(option)) + " bits";
    if (llvm::Error error = addPoint(points, problem, losses, model, searched, name,
                                     std::vector<size_t>(problem.ops.size(), option)))
      return std::move(error);
  }
  return points;
}

std::string formatFront(const AssignmentProblem &problem, ArrayRef<FrontPoint> points, StringRef modelHash,
                        StringRef sensitivity, ArrayRef<size_t> chosen) {
  llvm::json::Array list;
  for (const FrontPoint &point : points) {
    llvm::json::Object object{{"loss", point.loss}, {"chosen", ArrayRef<size_t>(point.options) == chosen}};
    if (!point.name.empty())
      object["uniform"] = point.name;
    if (point.outputError)
      object["output_error"] = *point.outputError;
    for (auto [constraint, sum] : llvm::zip_equal(problem.constraints, point.sums))
      object[constraint.name] = constraint.unit == 1 ? llvm::json::Value(sum) : double(sum) * constraint.unit;
    llvm::json::Array bits;
    for (auto [op, option] : llvm::zip_equal(problem.ops, point.options))
      bits.push_back(op.bitsOf(option));
    object["bits"] = std::move(bits);
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
