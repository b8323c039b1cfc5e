"""Text of convolutions and matrix products as the structure stage makes them."""
import numpy as np

from kernels import constant, mlir_type


def function(inputs, output, body, result):
    """@main over memrefs: `inputs` are (name, array), `output` an array, `result` the name of the tensor to return."""
    arguments = ", ".join([f"%m_{n}: memref<{mlir_type(a)}>" for n, a in inputs] + [f"%m_out: memref<{mlir_type(output)}>"])
    text = f"func.func @main({arguments}) {{\n"
    for n, a in inputs:
        text += f"%{n} = bufferization.to_tensor %m_{n} restrict : memref<{mlir_type(a)}> to tensor<{mlir_type(a)}>\n"
    text += body
    t = mlir_type(output)
    text += (f"bufferization.materialize_in_destination %{result} in restrict writable %m_out : (tensor<{t}>, memref<{t}>) -> ()\n"
             "return\n}\n")
    return text


def requantize(source, shape, result, per_channel, scale_name="scale", residual=None):
    """i32 -> u8 with a per-channel scale (last dimension), zero point 3; `residual` is an u8 tensor added as codes."""
    rank = len(shape)
    dims = ", ".join(f"d{i}" for i in range(rank))
    ident = f"affine_map<({dims}) -> ({dims})>"
    channel = f"affine_map<({dims}) -> (d{rank - 1})>" if per_channel else f"affine_map<({dims}) -> ()>"
    s = "x".join(map(str, shape))
    scale_type = f"tensor<{shape[-1]}xf32>" if per_channel else "tensor<f32>"
    extra_map = f", {ident}" if residual else ""
    extra_in = f", %{residual}" if residual else ""
    extra_type = f", tensor<{s}xi8>" if residual else ""
    extra_arg = ", %r: i8" if residual else ""
    residual_ops = "%ri = arith.extui %r : i8 to i32\n %rf = arith.sitofp %ri : i32 to f32\n %q = arith.addf %p, %rf : f32\n" if residual else \
        "%q = arith.addf %p, %c0 : f32\n"
    iters = ", ".join(['"parallel"'] * rank)
    return f"""
%e_{result} = tensor.empty() : tensor<{s}xi8>
%{result} = linalg.generic {{indexing_maps = [{ident}, {channel}{extra_map}, {ident}], iterator_types = [{iters}]}}
  ins(%{source}, %{scale_name}{extra_in} : tensor<{s}xi32>, {scale_type}{extra_type}) outs(%e_{result} : tensor<{s}xi8>) {{
^bb0(%a: i32, %m: f32{extra_arg}, %o: i8):
  %lo = arith.constant -3.0 : f32
  %hi = arith.constant 252.0 : f32
  %z = arith.constant 3 : i32
  %c0 = arith.constant 0.0 : f32
  %f = arith.sitofp %a : i32 to f32
  %p = arith.mulf %f, %m : f32
  {residual_ops}
  %g = arith.maximumf %q, %lo : f32
  %h = arith.minimumf %g, %hi : f32
  %r0 = math.roundeven %h : f32
  %i = arith.fptosi %r0 : f32 to i32
  %j = arith.addi %i, %z : i32
  %k = arith.trunci %j : i32 to i8
  linalg.yield %k : i8
}} -> tensor<{s}xi8>
"""


def product(map_a, map_w, map_o, iterators, a, w, init, types, integer, zero_a=0, signed_a=False, zero_w=0, signed_w=True):
    ta, tw, to = types
    it = ", ".join(f'"{i}"' for i in iterators)
    if integer:
        ext_a, ext_w = ("extsi" if signed_a else "extui"), ("extsi" if signed_w else "extui")
        body = f"""^bb0(%u: i8, %v: i8, %acc: i32):
  %za = arith.constant {zero_a} : i32
  %zw = arith.constant {zero_w} : i32
  %xi = arith.{ext_a} %u : i8 to i32
  %xs = arith.subi %xi, %za : i32
  %yi = arith.{ext_w} %v : i8 to i32
  %ys = arith.subi %yi, %zw : i32
  %xy = arith.muli %xs, %ys : i32
  %s = arith.addi %acc, %xy : i32
  linalg.yield %s : i32"""
    else:
        body = """^bb0(%u: f32, %v: f32, %acc: f32):
  %xy = arith.mulf %u, %v : f32
  %s = arith.addf %acc, %xy : f32
  linalg.yield %s : f32"""
    return f"""%product = linalg.generic {{indexing_maps = [{map_a}, {map_w}, {map_o}], iterator_types = [{it}]}}
  ins(%{a}, %{w} : {ta}, {tw}) outs(%{init} : {to}) {{
{body}
}} -> {to}
"""


def conv_nhwc(n, h, w, c, oc, kh, kw, stride=1, dilation=1, pad=0, integer=True, seed=0, zero_a=7, signed_a=False,
              zero_w=0, signed_w=True, per_channel=True, residual=False, relu=True, small=False, groups=1):
    """A convolution with channels last and OIHW weights; returns (text, inputs, output)."""
    rng = np.random.default_rng(seed)
    ph, pw = h + 2 * pad, w + 2 * pad
    oh, ow = (ph - dilation * (kh - 1) - 1) // stride + 1, (pw - dilation * (kw - 1) - 1) // stride + 1
    hs = f"d1*{stride}+d5*{dilation}"
    ws = f"d2*{stride}+d6*{dilation}"
    dims = "d0, d1, d2, d3, d4, d5, d6"
    if integer:
        x = rng.integers(-128, 128, (n, h, w, c)).astype(np.int8) if signed_a else rng.integers(0, 256, (n, h, w, c)).astype(np.uint8)
        weights = rng.integers(-128, 128, (oc, c, kh, kw)).astype(np.int8) if signed_w else \
            rng.integers(0, 256, (oc, c, kh, kw)).astype(np.uint8)
        bias = rng.integers(-1000, 1000, (oc,)).astype(np.int32)
    else:
        x = rng.standard_normal((n, h, w, c)).astype(np.float32)
        weights = rng.standard_normal((oc, c, kh, kw)).astype(np.float32)
        bias = rng.standard_normal((oc,)).astype(np.float32)
    acc = "i32" if integer else "f32"
    e = "i8" if integer else "f32"
    out_shape = (n, oh, ow, oc)
    s = "x".join(map(str, out_shape))
    inputs = [("x", x)]
    body = constant("weights", weights) + constant("bias", bias)
    source = "x"
    if pad:
        zero = f"%padv = arith.constant {zero_a} : i8" if integer else "%padv = arith.constant 0.0 : f32"
        if integer and zero_a > 127:
            zero = f"%padv = arith.constant {zero_a - 256} : i8"
        body += f"""{zero}
%xp = tensor.pad %x low[0, {pad}, {pad}, 0] high[0, {pad}, {pad}, 0] {{
^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
  tensor.yield %padv : {e}
}} : tensor<{mlir_type(x)}> to tensor<{n}x{ph}x{pw}x{c}x{e}>
"""
        source = "xp"
    body += f"""%be = tensor.empty() : tensor<{s}x{acc}>
%init = linalg.broadcast ins(%bias : tensor<{oc}x{acc}>) outs(%be : tensor<{s}x{acc}>) dimensions = [0, 1, 2]
"""
    body += product(f"affine_map<({dims}) -> (d0, {hs}, {ws}, d4)>", f"affine_map<({dims}) -> (d3, d4, d5, d6)>",
                    f"affine_map<({dims}) -> (d0, d1, d2, d3)>", ["parallel"] * 4 + ["reduction"] * 3, source, "weights", "init",
                    (f"tensor<{n}x{ph}x{pw}x{c}x{e}>", f"tensor<{mlir_type(weights)}>", f"tensor<{s}x{acc}>"), integer,
                    zero_a, signed_a, zero_w, signed_w)
    if integer:
        span = 128 * np.sqrt(c * kh * kw) * 128
        scale = (rng.uniform(0.5, 1.5, (oc,)) * 128 / span).astype(np.float32) if per_channel else np.float32(128 / span).reshape(())
        body += constant("scale", scale)
        if residual:
            inputs.append(("res", rng.integers(0, 256, out_shape).astype(np.uint8)))
        body += requantize("product", out_shape, "result", per_channel, residual="res" if residual else None)
        output = np.zeros(out_shape, np.uint8)
    elif relu:
        ident = "affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>"
        if residual:
            inputs.append(("res", rng.standard_normal(out_shape).astype(np.float32)))
        extra = (f", {ident}", ", %res", f", tensor<{s}xf32>", ", %r: f32", "%b = arith.addf %a, %r : f32") if residual else \
            ("", "", "", "", "%b = arith.addf %a, %c0 : f32")
        body += f"""%er = tensor.empty() : tensor<{s}xf32>
%result = linalg.generic {{indexing_maps = [{ident}{extra[0]}, {ident}], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}}
  ins(%product{extra[1]} : tensor<{s}xf32>{extra[2]}) outs(%er : tensor<{s}xf32>) {{
^bb0(%a: f32{extra[3]}, %o: f32):
  %c0 = arith.constant 0.0 : f32
  {extra[4]}
  %m = arith.maximumf %b, %c0 : f32
  linalg.yield %m : f32
}} -> tensor<{s}xf32>
"""
        output = np.zeros(out_shape, np.float32)
    else:
        body += ""
        output = np.zeros(out_shape, np.float32)
    return function(inputs, output, body, "result" if (integer or relu) else "product"), [a for _, a in inputs], output


def macs(n, h, w, c, oc, kh, kw, stride=1, dilation=1, pad=0, **_):
    oh, ow = (h + 2 * pad - dilation * (kh - 1) - 1) // stride + 1, (w + 2 * pad - dilation * (kw - 1) - 1) // stride + 1
    return n * oh * ow * c * oc * kh * kw
