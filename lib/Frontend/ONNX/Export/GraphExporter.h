// Writes functions and bodies as ONNX graphs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Export/Names.h"
#include "lib/Frontend/ONNX/Export/Quantization.h"

#include "dialects/Quern/IR/QuernOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/StringSet.h"

#include <map>

namespace quern {

class GraphExporter {
public:
  llvm::LogicalResult exportFunction(mlir::func::FuncOp function, proto::GraphProto &graph);

  /// The oldest opset, not older than the default, that has every node written so far.
  int getOpset() const { return opset; }

private:
  void nameInterface(mlir::func::FuncOp function);
  llvm::LogicalResult exportBlock(mlir::Block &block, proto::GraphProto &graph);
  llvm::LogicalResult exportOp(mlir::Operation &op, proto::GraphProto &graph);
  llvm::LogicalResult exportNode(mlir::Operation &op, proto::GraphProto &graph);
  llvm::LogicalResult exportQuantize(QuantizeOp op, proto::GraphProto &graph);
  llvm::LogicalResult exportDequantize(DequantizeOp op, proto::GraphProto &graph);
  llvm::LogicalResult exportConstant(mlir::Operation &op, proto::GraphProto &graph);
  llvm::LogicalResult exportAttributes(mlir::Operation &op, proto::NodeProto &node);
  llvm::LogicalResult exportBodies(mlir::Operation &op, proto::NodeProto &node);
  llvm::LogicalResult exportOutput(mlir::Value value, mlir::Operation *terminator, llvm::StringRef wanted,
                                   llvm::ArrayRef<llvm::StringRef> dimensions, proto::GraphProto &graph);

  /// The scale, zero point and attributes of `type`, as inputs and attributes of `node`; shared by a pair.
  llvm::LogicalResult addParameters(mlir::Operation *op, mlir::quant::QuantizedType type,
                                    mlir::RankedTensorType tensor, llvm::StringRef base,
                                    proto::NodeProto &node);
  proto::NodeProto &addNode(proto::GraphProto &graph, llvm::StringRef type, llvm::StringRef name);
  std::string addInitializer(proto::TensorProto tensor, llvm::StringRef wanted);
  /// The name of an operand; "" for an absent one.
  std::string nameOf(mlir::Value value) const;
  /// Names a result unless it is an output that has its name already.
  const std::string &nameResult(mlir::Value value, llvm::StringRef wanted);
  void require(mlir::Operation *op, const proto::NodeProto &node);

  ExportNames names;
  /// Values that are outputs of their graphs; each is one output at most.
  llvm::StringSet<> outputNames;
  /// The main graph: it holds all scales and zero points.
  proto::GraphProto *main = nullptr;
  std::map<std::pair<std::string, const void *>, std::pair<std::string, std::string>> parameterNames;
  int opset = 21;
};

} // namespace quern
