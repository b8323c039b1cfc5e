// The dialect, its types and the base of its ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef QUERN_ONNX_BASE_TD
#define QUERN_ONNX_BASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/ONNX/IR/ONNXInterfaces.td"

def ONNX_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::quern::onnx";
  let summary = "The operators of ONNX's default domain, one op for one operator.";
  let description = [{
    Ops are generated from the operator schemas of the pinned `onnx` package. An op has every operand and every result
    of its schema; an absent optional operand is `onnx.NoValue : none` and an unused optional result has type `none`,
    so that operand and result numbers are those of the schema. Attributes keep their ONNX names:

    | ONNX   | attribute          | ONNX     | attribute           |
    |--------|--------------------|----------|---------------------|
    | INT    | `I64Attr`          | INTS     | `DenseI64ArrayAttr` |
    | FLOAT  | `F32Attr`          | FLOATS   | `DenseF32ArrayAttr` |
    | STRING | `StrAttr`          | STRINGS  | array of `StrAttr`  |
    | TENSOR | `ElementsAttr`     | GRAPH    | region              |

    Unsigned element types are `ui8`, ..., signed ones are signless (`i8`, ...).
  }];
  let useDefaultTypePrinterParser = 1;
  let hasConstantMaterializer = 1;
  // The table-driven importer builds ops from attribute dictionaries; properties would double the size of the op
  // classes for nothing.
  let usePropertiesForAttributes = 0;
  let extraClassDeclaration = [{
    /// Lets each op family register its ops from its own source file.
    template <typename... Ops> void registerOps() { addOperations<Ops...>(); }

  private:
    void registerTypes();

  public:
  }];
}

// Types ---------------------------------------------------------------------------------------------------------------

class ONNX_Type<string name, string typeMnemonic, string meaning> : TypeDef<ONNX_Dialect, name> {
  let mnemonic = typeMnemonic;
  let summary = meaning;
}

def ONNX_String : ONNX_Type<"String", "string", "element type of a tensor of strings"> {
  let description = [{ Example: `tensor<3x!onnx.string>`. }];
}

def ONNX_AnySequence : ONNX_Type<"Sequence", "seq", "sequence of values of one type"> {
  let description = [{ Example: `!onnx.seq<tensor<?xf32>>`. }];
  let parameters = (ins "::mlir::Type":$elementType);
  let assemblyFormat = "`<` $elementType `>`";
}

def ONNX_AnyOptional : ONNX_Type<"Optional", "optional", "a value of the given type, or nothing"> {
  let description = [{ Example: `!onnx.optional<tensor<?xf32>>`. }];
  let parameters = (ins "::mlir::Type":$elementType);
  let assemblyFormat = "`<` $elementType `>`";
}

def ONNX_AnyMap : ONNX_Type<"Map", "map", "map from keys to values"> {
  let description = [{ Example: `!onnx.map<i64, tensor<?xf32>>`. }];
  let parameters = (ins "::mlir::Type":$keyType, "::mlir::Type":$valueType);
  let assemblyFormat = "`<` $keyType `,` $valueType `>`";
}

// Ops -----------------------------------------------------------------------------------------------------------------

/// All ops share one textual form: `onnx.Name(%operands) regions {attributes} : (types) -> types`.
class ONNX_Op<string mnemonic, list<Trait> traits = []> : Op<ONNX_Dialect, mnemonic, traits> {
  let hasCustomAssemblyFormat = 1;
  code commonDefinition = [{
    ::mlir::ParseResult $cppClass::parse(::mlir::OpAsmParser &parser, ::mlir::OperationState &result) {
      return ::quern::onnx::detail::parseOp(parser, result);
    }
    void $cppClass::print(::mlir::OpAsmPrinter &printer) { ::quern::onnx::detail::printOp(*this, printer); }
  }];
  let extraClassDefinition = commonDefinition;
}

/// Holds an op to its schema (C1 of every op): parameters that share a type variable share an element type.
def ONNX_SchemaTypes : NativeOpTrait<"SchemaTypes"> {
  let cppNamespace = "::quern::onnx";
}

#endif // QUERN_ONNX_BASE_TD
