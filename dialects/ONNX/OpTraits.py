"""What the schemas do not say about an operator: traits, interfaces, and the C++ functions behind them.

A hook is the name of a function that dialects/ONNX/IR/OpHooks.h declares; ops share hooks where they share meaning.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses


def table(**hooks):
    """{"hook": "Op Op"} -> {"Op": "hook"}."""
    return {op: hook for hook, ops in hooks.items() for op in ops.split()}


# Not pure: their result differs from run to run unless seeded.
RANDOM = set("Bernoulli Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike".split())
# As pure as their bodies.
WITH_BODY = set("If Loop Scan SequenceMap".split())

# Constants are canonical: the importer turns value_int, sparse_value, ... into `value`.
ATTRIBUTES_KEPT = {"Constant": ["value"]}
ATTRIBUTES_REQUIRED = {"Constant": ["value"]}

# Regions in the order in which one reads them; schemas list attributes by name.
REGIONS = {"If": ["then_branch", "else_branch"]}

# Element types beyond the schema, for operands of the integer graph: weights of less than 8 bits.
NARROW = ["I<2>", "UI<2>", "I<4>", "UI<4>"]
ELEMENTS = {"ConvInteger": {"w": NARROW, "w_zero_point": NARROW}, "MatMulInteger": {"B": NARROW, "b_zero_point": NARROW}}

INFER = table(
    sameAsFirst="Abs Acos Acosh Asin Asinh Atan Atanh BatchNormalization BitwiseNot Ceil Celu Clip "
                "Cos Cosh CumProd CumSum Elu Erf Exp Floor Gelu GroupNormalization HardSigmoid HardSwish Identity "
                "InstanceNormalization LRN LeakyRelu Log LpNormalization MeanVarianceNormalization Mish Neg Not PRelu "
                "RMSNormalization Reciprocal Relu ReverseSequence RotaryEmbedding Round ScatterElements ScatterND Selu "
                "Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Swish Tan Tanh TensorScatter ThresholdedRelu Trilu",
    sameAlongAxis="Hardmax LogSoftmax Softmax",
    elementwise="Add And BitShift BitwiseAnd BitwiseOr BitwiseXor Div Max Mean Min Mod Mul Or Pow Sub Sum Xor",
    comparison="Equal Greater GreaterOrEqual Less LessOrEqual",
    where="Where",
    test="IsInf IsNaN",
    cast="Cast",
    castLike="CastLike",
    like="Bernoulli EyeLike RandomNormalLike RandomUniformLike",
    dropout="Dropout",
    quantizeLinear="QuantizeLinear",
    dequantizeLinear="DequantizeLinear",
    dynamicQuantizeLinear="DynamicQuantizeLinear",
    convolution="Conv",
    integerConvolution="ConvInteger",
    quantizedConvolution="QLinearConv",
    transposedConvolution="ConvTranspose",
    pool="AveragePool LpPool MaxPool",
    globalPool="GlobalAveragePool GlobalLpPool GlobalMaxPool",
    matMul="MatMul",
    integerMatMul="MatMulInteger",
    quantizedMatMul="QLinearMatMul",
    gemm="Gemm",
    reduction="ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum "
              "ReduceSumSquare",
    argReduction="ArgMax ArgMin",
    topK="TopK",
    layerNormalization="LayerNormalization",
    recurrent="GRU LSTM RNN",
    conditional="If",
    constant="Constant",
    constantOfShape="ConstantOfShape",
    shape="Shape",
    scalarInteger="Size SequenceLength",
    range="Range",
    random="RandomNormal RandomUniform",
    reshape="Reshape",
    flatten="Flatten",
    squeeze="Squeeze",
    unsqueeze="Unsqueeze",
    transpose="Transpose",
    depthToSpace="DepthToSpace",
    spaceToDepth="SpaceToDepth",
    concat="Concat",
    split="Split",
    slice="Slice",
    gather="Gather",
    gatherElements="GatherElements",
    gatherND="GatherND",
    expand="Expand",
    tile="Tile",
    pad="Pad",
    oneHot="OneHot",
    nonZero="NonZero",
    resize="Resize",
    gridSample="GridSample",
)

# Labels of the constraints that inference and verifiers check; tests name them.
CONSTRAINTS = {
    "C1": "Operands and results that share a type variable share an element type.",
    "C2": "Declared result types agree with those that operands and attributes give.",
    "C3": "An axis lies within the tensor's rank, and is named once.",
    "C4": "Shapes broadcast together.",
    "C5": "A window has one stride, dilation and kernel size and two pads per spatial dimension, and fits the input.",
    "C6": "Channels of input and weight fit in `group` groups.",
    "C7": "The bias has one element per output channel.",
    "C8": "The contracted dimensions are equal.",
    "C9": "The requested shape holds the input's elements.",
    "C10": "Joined tensors agree in all other dimensions.",
    "C11": "`perm` is a permutation.",
    "C12": "The sizes of the parts add up.",
    "C13": "Lists of starts, ends, axes, steps, pads, scales and sizes have fitting lengths; no step is 0.",
    "C14": "The block size divides the dimensions.",
    "C15": "`to` is the number of an element type.",
    "C16": "Each branch yields one value per result.",
}
# inference hook -> labels that it checks
CHECKED_BY = {
    **dict.fromkeys("sameAlongAxis argReduction topK layerNormalization reduction flatten unsqueeze gather gatherND "
                    "oneHot".split(), "C3"),
    **dict.fromkeys("elementwise comparison where expand".split(), "C4"),
    "cast": "C15", "convolution": "C5 C6 C7", "integerConvolution": "C5 C6", "quantizedConvolution": "C5 C6 C7",
    "transposedConvolution": "C5 C6", "pool": "C5", "globalPool": "C5", "gridSample": "C5", "matMul": "C4 C8",
    "integerMatMul": "C4 C8", "quantizedMatMul": "C4 C8", "gemm": "C4 C8", "recurrent": "C8", "conditional": "C16",
    "constantOfShape": "C9", "range": "C13", "reshape": "C9", "squeeze": "C3 C9", "transpose": "C11",
    "depthToSpace": "C14", "spaceToDepth": "C14", "concat": "C3 C10", "split": "C3 C12", "slice": "C3 C13",
    "tile": "C13", "pad": "C3 C13", "resize": "C3 C13",
}

# ConstantEvaluationOpInterface.
EVALUATE = table(
    reshape="Flatten Identity Reshape Squeeze Unsqueeze",
    transpose="Transpose", slice="Slice", expand="Expand", concat="Concat", gather="Gather",
    shape="Shape", size="Size", constantOfShape="ConstantOfShape", range="Range", cast="Cast",
    add="Add", subtract="Sub", multiply="Mul", divide="Div", minimum="Min", maximum="Max", equal="Equal", less="Less",
    greater="Greater", lessOrEqual="LessOrEqual", greaterOrEqual="GreaterOrEqual", logicalAnd="And", logicalOr="Or",
    logicalNot="Not", negate="Neg", absolute="Abs", squareRoot="Sqrt", reciprocal="Reciprocal", roundDown="Floor",
    roundUp="Ceil", where="Where", reduceProduct="ReduceProd",
)

# When the op returns its first operand.
RETURNS_OPERAND = table(
    always="Cast CastLike Identity", ifStatic="Expand Flatten Reshape Squeeze Tile Unsqueeze", transpose="Transpose",
    slice="Slice", pad="Pad",
)

CANONICALIZE = {"Dropout", "If"}

# DataMovementOpInterface: the moved operands, as C++.
MOVES = {
    **dict.fromkeys(
        "CenterCropPad Compress DepthToSpace Expand Flatten Gather GatherElements GatherND Identity MaxPool "
        "GlobalMaxPool ReduceMax ReduceMin Reshape ReverseSequence Slice SpaceToDepth Split Squeeze Tile Transpose Trilu "
        "Unsqueeze".split(), "return {0};"),
    **dict.fromkeys("Concat Max Min".split(),
                    "return llvm::to_vector(llvm::seq<unsigned>(0, (*this)->getNumOperands()));"),
    **dict.fromkeys("ScatterElements ScatterND".split(),
                    'return getReduction() == "none" ? llvm::SmallVector<unsigned>{0, 2} : llvm::SmallVector<unsigned>{};'),
    "Where": "return {1, 2};",
    "Pad": "return detail::isPresent(getConstantValue()) ? llvm::SmallVector<unsigned>{0, 2} : "
           "llvm::SmallVector<unsigned>{0};",
    "Resize": 'return getMode() == "nearest" ? llvm::SmallVector<unsigned>{0} : llvm::SmallVector<unsigned>{};',
}
INSERTS_ZEROS = {
    "CenterCropPad": "return true;", "Trilu": "return true;",
    "Pad": 'return getMode() == "constant" && !detail::isPresent(getConstantValue());',
}


@dataclasses.dataclass
class Roles:
    """QuantizableOpInterface: operand numbers; `axis` is C++ for the weight's axis of output channels."""
    activations: tuple
    weight: int = None
    axis: str = None
    bias: int = None


QUANTIZABLE = {
    "Conv": Roles((0,), 1, "0", 2),
    "ConvTranspose": Roles((0,), 1, "1", 2),
    "Gemm": Roles((0,), 1, "getTransB() ? 0 : 1", 2),
    "MatMul": Roles((0,), 1, "detail::lastAxis(getB())"),
    **dict.fromkeys("Add Div Mul PRelu Sub".split(), Roles((0, 1))),
    **dict.fromkeys(
        "AveragePool Clip Elu Erf Exp Gelu GlobalAveragePool HardSigmoid HardSwish LeakyRelu LogSoftmax Mish ReduceMean "
        "Relu Resize Sigmoid Softmax Softplus Sqrt Swish Tanh".split(), Roles((0,))),
    **dict.fromkeys(
        "DepthToSpace Flatten Gather Identity MaxPool Pad Reshape Slice SpaceToDepth Split Squeeze Transpose "
        "Unsqueeze".split(), Roles((0,))),
}
QUANTIZES_ALL_OPERANDS = {"Concat", "Max", "Min"}

# How an op computes on codes (IntegerForm); ops that only move elements need no entry, others without one have none.
INTEGER_FORM = table(
    Contraction="Conv Gemm MatMul", Sum="Add", Product="Mul", Mean="AveragePool GlobalAveragePool ReduceMean",
    Softmax="Softmax", Clamp="Clip Relu",
    Table="Elu Erf Exp Gelu HardSigmoid HardSwish LeakyRelu Mish Sigmoid Softplus Sqrt Swish Tanh")

# Ranges that hold for every input.
KNOWN_RANGE = {"Softmax": (0, 1), "Sigmoid": (0, 1), "HardSigmoid": (0, 1), "Tanh": (-1, 1), "Erf": (-1, 1)}


# ChannelTransformOpInterface: how a map of channels reaches the operands, and what takes in its inverse.
CHANNEL_ROUTES = table(
    conv="Conv", gemm="Gemm", matMul="MatMul", add="Add", subtract="Sub", multiply="Mul", divide="Div",
    normalization="LayerNormalization RMSNormalization",
    homogeneous="AveragePool GlobalAveragePool GlobalMaxPool Identity LeakyRelu MaxPool PRelu Relu",
    bounded="Clip Max Min", transpose="Transpose", reshape="Flatten Reshape Squeeze Unsqueeze")
CHANNEL_ABSORPTIONS = table(conv="Conv", gemm="Gemm", matMul="MatMul")


# What the generator asks ------------------------------------------------------------------------------------------


def moves_data(name):
    return name in MOVES


def keeps_attribute(name, attribute):
    return name not in ATTRIBUTES_KEPT or attribute in ATTRIBUTES_KEPT[name]


def requires_attribute(name, attribute):
    return attribute in ATTRIBUTES_REQUIRED.get(name, [])


def order_of_regions(name, regions):
    return REGIONS.get(name, regions)


def check_names(known):
    """A misspelt name in a table above would otherwise be ignored."""
    named = {*RANDOM, *WITH_BODY, *ATTRIBUTES_KEPT, *REGIONS, *ELEMENTS, *INFER, *EVALUATE, *RETURNS_OPERAND, *CANONICALIZE,
             *MOVES, *INSERTS_ZEROS, *QUANTIZABLE, *QUANTIZES_ALL_OPERANDS, *INTEGER_FORM, *KNOWN_RANGE, *CHANNEL_ROUTES,
             *CHANNEL_ABSORPTIONS}
    if named - known:
        raise SystemExit(f"OpTraits.py names operators that no schema has: {', '.join(sorted(named - known))}")


@dataclasses.dataclass
class Traits:
    list: list  # ODS traits
    fields: list  # further ODS fields
    elements: dict  # parameter name -> element types beyond the schema
    definition: str = ""  # C++ of the methods


def of(name):
    traits = Traits(["ONNX_SchemaTypes"], [], ELEMENTS.get(name, {}))
    if name in WITH_BODY:
        traits.list.append("RecursiveMemoryEffects")
    elif name not in RANDOM:
        traits.list.append("Pure")
    if name == "Constant":
        traits.list.append("ConstantLike")
    for add in (add_inference, add_fold, add_evaluation, add_movement, add_roles, add_channels):
        add(name, traits)
    if name in CANONICALIZE:
        traits.fields.append("let hasCanonicalizer = 1;")
    return traits


def method(signature, body):
    result, rest = signature.split(" ", 1)
    return f"\n    {result} $cppClass::{rest} {{ {body} }}"


def add_inference(name, traits):
    if name in INFER:
        traits.list.append("DeclareOpInterfaceMethods<ShapeInferenceOpInterface>")
        traits.definition += method("::llvm::LogicalResult inferShapes(::llvm::SmallVectorImpl<::mlir::Type> &types)",
                                    f"return infer::{INFER[name]}(*this, types);")


def add_fold(name, traits):
    if name == "Constant":
        traits.fields.append("let hasFolder = 1;")
        traits.definition += method("::mlir::OpFoldResult fold(FoldAdaptor adaptor)", "return getValueAttr();")
    elif name in EVALUATE or name in RETURNS_OPERAND:
        traits.fields.append("let hasFolder = 1;")
        predicate = RETURNS_OPERAND.get(name, "never")
        traits.definition += method(
            "::mlir::OpFoldResult fold(FoldAdaptor adaptor)",
            f"return detail::foldOp(*this, adaptor.getOperands(), returns_operand::{predicate}(*this));")


def add_evaluation(name, traits):
    if name in EVALUATE:
        traits.list.append("DeclareOpInterfaceMethods<ConstantEvaluationOpInterface>")
        traits.definition += method("::mlir::ElementsAttr evaluate(::llvm::ArrayRef<::mlir::Attribute> operands)",
                                    f"return evaluate::{EVALUATE[name]}(*this, operands);")


def constraints(name):
    """Label -> sentence, of the constraints that the op's verifier checks."""
    inferred = ["C2", *CHECKED_BY.get(INFER[name], "").split()] if name in INFER else []
    return {label: CONSTRAINTS[label] for label in ["C1", *inferred]}


def add_movement(name, traits):
    if name not in MOVES:
        return
    traits.definition += method("::llvm::SmallVector<unsigned> getMovedOperands()", MOVES[name])
    if name in INSERTS_ZEROS:
        traits.list.append('DeclareOpInterfaceMethods<DataMovementOpInterface, ["insertsZeros"]>')
        traits.definition += method("bool insertsZeros()", INSERTS_ZEROS[name])
    else:
        traits.list.append("DeclareOpInterfaceMethods<DataMovementOpInterface>")


def add_roles(name, traits):
    if name in QUANTIZES_ALL_OPERANDS:
        activations = "return llvm::to_vector(llvm::seq<unsigned>(0, (*this)->getNumOperands()));"
        roles = Roles(())
    elif name in QUANTIZABLE:
        roles = QUANTIZABLE[name]
        numbers = ", ".join(map(str, roles.activations))
        activations = f"return detail::activationOperands(*this, {{{numbers}}}, {optional(roles.weight)});"
    else:
        return
    traits.list.append("DeclareOpInterfaceMethods<QuantizableOpInterface>")
    traits.definition += method("::llvm::SmallVector<unsigned> getActivationOperands()", activations)
    traits.definition += method("std::optional<unsigned> getWeightOperand()",
                                f"return detail::constantOperand(*this, {optional(roles.weight)});")
    traits.definition += method("std::optional<int64_t> getWeightChannelAxis()", f"return {optional(roles.axis)};")
    traits.definition += method("std::optional<unsigned> getBiasOperand()",
                                f"return detail::presentOperand(*this, {optional(roles.bias)});")
    form = f"::quern::onnx::IntegerForm::{INTEGER_FORM.get(name, 'None')}"
    if name in MOVES:
        form = "getMovedOperands().empty() ? ::quern::onnx::IntegerForm::None : ::quern::onnx::IntegerForm::Movement"
    traits.definition += method("::quern::onnx::IntegerForm getIntegerForm()", f"return {form};")
    known = "::quern::onnx::KnownRange{{{:.1f}, {:.1f}}}".format(*KNOWN_RANGE[name]) if name in KNOWN_RANGE else "std::nullopt"
    traits.definition += method("std::optional<::quern::onnx::KnownRange> getKnownRange()", f"return {known};")


def add_channels(name, traits):
    methods = []
    if name in CHANNEL_ROUTES:
        methods.append("getChannelRoutes")
        traits.definition += method(
            "::llvm::SmallVector<::quern::onnx::ChannelRoute> getChannelRoutes(int64_t axis, bool shifted)",
            f"return routes::{CHANNEL_ROUTES[name]}(*this, axis, shifted);")
    if name in CHANNEL_ABSORPTIONS:
        methods.append("getChannelAbsorption")
        traits.definition += method(
            "std::optional<::quern::onnx::ChannelAbsorption> getChannelAbsorption(unsigned number, int64_t axis, bool shifted)",
            f"return absorptions::{CHANNEL_ABSORPTIONS[name]}(*this, number, axis, shifted);")
    if methods:
        names = ", ".join(f'"{name}"' for name in methods)
        traits.list.append(f"DeclareOpInterfaceMethods<ChannelTransformOpInterface, [{names}]>")


def optional(value):
    return "std::nullopt" if value is None else str(value)
