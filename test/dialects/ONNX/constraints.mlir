// Each refusal names the constraint (see the description of the op) that is violated.
// RUN: quern-opt %s --split-input-file --verify-diagnostics

func.func @C1_element_types_differ(%x: tensor<2xf32>, %y: tensor<2xi64>) -> tensor<2xf32> {
  // expected-error @+1 {{(C1) expected 'B' and 'A' to have one element type, but they have 'i64' and 'f32'}}
  %0 = onnx.Add(%x, %y) : (tensor<2xf32>, tensor<2xi64>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @C2_declared_type_contradicts(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  // expected-error @+1 {{(C2) result 0 is declared as 'tensor<2x4xf32>', but operands and attributes give 'tensor<2x3xf32>'}}
  %0 = onnx.Relu(%x) : (tensor<2x3xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

func.func @C2_constant_of_another_type() -> tensor<2xi64> {
  // expected-error @+1 {{(C2) result 0 is declared as}}
  %0 = onnx.Constant() {value = dense<0> : tensor<3xi64>} : () -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// -----

func.func @C3_axis_beyond_the_rank(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error @+1 {{(C3) expected an axis of a tensor of rank 2, but got 2}}
  %0 = onnx.Softmax(%x) {axis = 2 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

func.func @C3_axis_named_twice(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %axes = onnx.Constant() {value = dense<[1, -1]> : tensor<2xi64>} : () -> tensor<2xi64>
  // expected-error @+1 {{(C3) names axis -1 twice}}
  %0 = onnx.ReduceSum(%x, %axes) : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C4_no_broadcast(%x: tensor<2x3xf32>, %y: tensor<2xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{(C4) expected operands that broadcast, but operand 1 is 'tensor<2xf32>'}}
  %0 = onnx.Add(%x, %y) : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C5_stride_of_zero(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<*xf32> {
  %none = onnx.NoValue() : () -> none
  // expected-error @+1 {{(C5) expected numbers from 1 to 1048576 in 'strides', but got 0}}
  %0 = onnx.Conv(%x, %w, %none) {strides = array<i64: 1, 0>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, none) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C5_pads_of_another_rank(%x: tensor<1x3x8x8xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{(C5) expected 4 numbers in 'pads', but got 2}}
  %0 = onnx.AveragePool(%x) {kernel_shape = array<i64: 2, 2>, pads = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C5_window_beyond_the_input(%x: tensor<1x3x2x8xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{(C5) the window of size 3 does not fit the padded input of size 2}}
  %0 = onnx.AveragePool(%x) {kernel_shape = array<i64: 3, 3>} : (tensor<1x3x2x8xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C5_kernel_shape_contradicts_weight(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<*xf32> {
  %none = onnx.NoValue() : () -> none
  // expected-error @+1 {{(C5) 'kernel_shape' contradicts the weight's shape}}
  %0 = onnx.Conv(%x, %w, %none) {kernel_shape = array<i64: 5, 5>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, none) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C6_channels_do_not_fit(%x: tensor<1x4x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<*xf32> {
  %none = onnx.NoValue() : () -> none
  // expected-error @+1 {{(C6) the input has 4 channels, but the weight's 3 channels in 1 groups take 3}}
  %0 = onnx.Conv(%x, %w, %none) : (tensor<1x4x8x8xf32>, tensor<4x3x3x3xf32>, none) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C6_outputs_do_not_divide(%x: tensor<1x4x8x8xf32>, %w: tensor<3x2x3x3xf32>) -> tensor<*xf32> {
  %none = onnx.NoValue() : () -> none
  // expected-error @+1 {{(C6) 3 output channels do not divide into 2 groups}}
  %0 = onnx.Conv(%x, %w, %none) {group = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<3x2x3x3xf32>, none) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C7_bias_of_another_length(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<3xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{(C7) expected a bias of 4 elements}}
  %0 = onnx.Conv(%x, %w, %b) : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C8_inner_dimensions_differ(%x: tensor<2x3xf32>, %y: tensor<4x2xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{(C8) the contracted dimensions differ: 3 and 4}}
  %0 = onnx.MatMul(%x, %y) : (tensor<2x3xf32>, tensor<4x2xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C8_gemm_of_rank_3(%x: tensor<1x2x3xf32>, %y: tensor<3x2xf32>) -> tensor<*xf32> {
  %none = onnx.NoValue() : () -> none
  // expected-error @+1 {{(C8) expected matrices}}
  %0 = onnx.Gemm(%x, %y, %none) : (tensor<1x2x3xf32>, tensor<3x2xf32>, none) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C9_elements_do_not_fit(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %shape = onnx.Constant() {value = dense<[4, -1]> : tensor<2xi64>} : () -> tensor<2xi64>
  // expected-error @+1 {{(C9) 6 elements do not fit the requested shape}}
  %0 = onnx.Reshape(%x, %shape) : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C9_squeeze_of_a_long_axis(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %axes = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  // expected-error @+1 {{(C9) cannot remove axis 1 of size 3}}
  %0 = onnx.Squeeze(%x, %axes) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C10_parts_disagree(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{(C10) operand 1 has size 4 along axis 1, the others 3}}
  %0 = onnx.Concat(%x, %y) {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C11_no_permutation(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{(C11) expected 'perm' to be a permutation of the 2 axes}}
  %0 = onnx.Transpose(%x) {perm = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C12_parts_do_not_add_up(%x: tensor<5xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %sizes = onnx.Constant() {value = dense<[2, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  // expected-error @+1 {{(C12) the sizes of the parts do not add up}}
  %0, %1 = onnx.Split(%x, %sizes) : (tensor<5xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  return %0, %1 : tensor<*xf32>, tensor<*xf32>
}

// -----

func.func @C13_slice_step_of_zero(%x: tensor<5xf32>) -> tensor<*xf32> {
  %none = onnx.NoValue() : () -> none
  %zero = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %end = onnx.Constant() {value = dense<5> : tensor<1xi64>} : () -> tensor<1xi64>
  // expected-error @+1 {{(C13) expected steps other than 0}}
  %0 = onnx.Slice(%x, %zero, %end, %none, %zero) : (tensor<5xf32>, tensor<1xi64>, tensor<1xi64>, none, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C14_channels_do_not_divide(%x: tensor<1x6x2x2xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{(C14) a dimension of size 6 does not divide into blocks of 4}}
  %0 = onnx.DepthToSpace(%x) {blocksize = 2 : i64} : (tensor<1x6x2x2xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C15_no_such_element_type(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{(C15) expected 'to' to be the number of an element type, but got 99}}
  %0 = onnx.Cast(%x) {to = 99 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @C16_branch_yields_too_little(%c: tensor<i1>, %x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{(C16) expected each branch to yield 1 values}}
  %0 = onnx.If(%c) {
    onnx.Yield(%x) : (tensor<2xf32>) -> ()
  } {
    onnx.Yield() : () -> ()
  } : (tensor<i1>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @C5_output_shape_below_zero(%x: tensor<1x1x1xf32>, %w: tensor<1x1x1xf32>) -> tensor<*xf32> {
  %none = onnx.NoValue() : () -> none
  // expected-error @+1 {{(C5) pads and output_shape give spatial dimension 0 the size -9}}
  %0 = onnx.ConvTranspose(%x, %w, %none) {pads = array<i64: 5, 5>} : (tensor<1x1x1xf32>, tensor<1x1x1xf32>, none) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C4_expand_to_a_negative_size(%x: tensor<1xf32>) -> tensor<*xf32> {
  %shape = onnx.Constant() {value = dense<-2> : tensor<1xi64>} : () -> tensor<1xi64>
  // expected-error @+1 {{(C4) expected sizes of at least 0 and at most 1099511627776, but got -2}}
  %0 = onnx.Expand(%x, %shape) : (tensor<1xf32>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C12_part_of_negative_size(%x: tensor<5xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %sizes = onnx.Constant() {value = dense<[6, -1]> : tensor<2xi64>} : () -> tensor<2xi64>
  // expected-error @+1 {{(C12) expected sizes of at least 0}}
  %0, %1 = onnx.Split(%x, %sizes) : (tensor<5xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  return %0, %1 : tensor<*xf32>, tensor<*xf32>
}

// -----

func.func @C13_pad_that_overflows(%x: tensor<5xf32>) -> tensor<*xf32> {
  %none = onnx.NoValue() : () -> none
  %pads = onnx.Constant() {value = dense<9223372036854775807> : tensor<2xi64>} : () -> tensor<2xi64>
  // expected-error @+1 {{(C13) axis 0 is cropped below size 0 or padded beyond}}
  %0 = onnx.Pad(%x, %pads, %none, %none) : (tensor<5xf32>, tensor<2xi64>, none, none) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C13_tile_a_negative_number_of_times(%x: tensor<5xf32>) -> tensor<*xf32> {
  %repeats = onnx.Constant() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  // expected-error @+1 {{(C13) expected sizes of at least 0}}
  %0 = onnx.Tile(%x, %repeats) : (tensor<5xf32>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C13_resize_to_infinity(%x: tensor<5xf32>) -> tensor<*xf32> {
  %none = onnx.NoValue() : () -> none
  %scales = onnx.Constant() {value = dense<0x7F800000> : tensor<1xf32>} : () -> tensor<1xf32>
  // expected-error @+1 {{(C13) expected a positive, finite scale}}
  %0 = onnx.Resize(%x, %none, %scales, %none) : (tensor<5xf32>, none, tensor<1xf32>, none) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @C13_range_without_end() -> tensor<*xf32> {
  %a = onnx.Constant() {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %b = onnx.Constant() {value = dense<0x7F800000> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Constant() {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  // expected-error @+1 {{(C13) expected a range of at most 1099511627776 numbers}}
  %0 = onnx.Range(%a, %b, %c) : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
