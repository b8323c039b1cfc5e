"""A builder of small graphs in the form of the structure stage: NCHW, OIHW weights, one generic per op."""
import numpy as np

from conv import function
from kernels import constant, mlir_type


def maps(*lists):
    return "[" + ", ".join(f"affine_map<({l[0]}) -> ({l[1]})>" for l in lists) + "]"


def iterators(parallel, reduction=0):
    return "[" + ", ".join(['"parallel"'] * parallel + ['"reduction"'] * reduction) + "]"


class Graph:
    def __init__(self, integer, seed=0):
        self.integer, self.rng = integer, np.random.default_rng(seed)
        self.body, self.inputs, self.count = "", [], 0
        self.element = "i8" if integer else "f32"
        self.zero = 7 if integer else 0

    def name(self):
        self.count += 1
        return f"v{self.count}"

    def type(self, shape, element=None):
        return f"tensor<{'x'.join(map(str, shape))}x{element or self.element}>"

    def constant(self, array):
        n = self.name()
        self.body += constant(n, array)
        return n

    def input(self, shape):
        x = self.rng.integers(0, 256, shape).astype(np.uint8) if self.integer else self.rng.standard_normal(shape).astype(np.float32)
        n = self.name()
        self.inputs.append((n, x))
        return n, tuple(shape)

    def pad(self, value, p, fill=None):
        v, (n, c, h, w) = value
        if p == 0:
            return value
        k, r = self.name(), self.name()
        shape = (n, c, h + 2 * p, w + 2 * p)
        fill = self.zero if fill is None else fill
        self.body += f"%{k} = arith.constant {fill if self.integer else '%.6e' % fill} : {self.element}\n"
        self.body += f"""%{r} = tensor.pad %{v} low[0, 0, {p}, {p}] high[0, 0, {p}, {p}] {{
^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
  tensor.yield %{k} : {self.element}
}} : {self.type((n, c, h, w))} to {self.type(shape)}
"""
        return r, shape

    def broadcast(self, vector, shape, dim):
        e, r = self.name(), self.name()
        acc = "i32" if self.integer else "f32"
        t = self.type(shape, acc)
        d = ", ".join(f"d{i}" for i in range(len(shape)))
        self.body += f"""%{e} = tensor.empty() : {t}
%{r} = linalg.generic {{indexing_maps = {maps((d, f"d{dim}"), (d, d))}, iterator_types = {iterators(len(shape))}}}
  ins(%{vector} : {self.type((shape[dim],), acc)}) outs(%{e} : {t}) {{
^bb0(%a: {acc}, %o: {acc}):
  linalg.yield %a : {acc}
}} -> {t}
"""
        return r

    def product_body(self):
        if self.integer:
            return f"""^bb0(%a: i8, %b: i8, %acc: i32):
  %za = arith.constant {self.zero} : i32
  %ai = arith.extui %a : i8 to i32
  %as = arith.subi %ai, %za : i32
  %bi = arith.extsi %b : i8 to i32
  %ab = arith.muli %as, %bi : i32
  %s = arith.addi %acc, %ab : i32
  linalg.yield %s : i32
"""
        return """^bb0(%a: f32, %b: f32, %acc: f32):
  %ab = arith.mulf %a, %b : f32
  %s = arith.addf %acc, %ab : f32
  linalg.yield %s : f32
"""

    def weights(self, shape):
        if self.integer:
            return self.constant(self.rng.integers(-128, 128, shape).astype(np.int8))
        return self.constant(self.rng.standard_normal(shape).astype(np.float32) / np.sqrt(np.prod(shape[1:])).astype(np.float32))

    def bias(self, count):
        if self.integer:
            return self.constant(self.rng.integers(-500, 500, (count,)).astype(np.int32))
        return self.constant(self.rng.standard_normal((count,)).astype(np.float32))

    def conv(self, value, oc, k, stride=1, dilation=1, pad=0, groups=1):
        v, (n, c, h, w) = self.pad(value, pad)
        oh, ow = (h - dilation * (k - 1) - 1) // stride + 1, (w - dilation * (k - 1) - 1) // stride + 1
        acc = "i32" if self.integer else "f32"
        r = self.name()
        if groups == c == oc:
            weight = self.weights((c, k, k))
            init = self.broadcast(self.bias(c), (n, c, oh, ow), 1)
            d = "d0, d1, d2, d3, d4, d5"
            m = maps((d, f"d0, d1, d2 * {stride} + d4 * {dilation}, d3 * {stride} + d5 * {dilation}"), (d, "d1, d4, d5"), (d, "d0, d1, d2, d3"))
            it, wt, xt, ot = iterators(4, 2), self.type((c, k, k)), self.type((n, c, h, w)), self.type((n, oc, oh, ow), acc)
        elif groups > 1:
            g, cg, og = groups, c // groups, oc // groups
            weight = self.weights((g, og, cg, k, k))
            x = self.name()
            xt = self.type((n, g, cg, h, w))
            self.body += f"%{x} = tensor.expand_shape %{v} [[0], [1, 2], [3], [4]] output_shape [{n}, {g}, {cg}, {h}, {w}] : {self.type((n, c, h, w))} into {xt}\n"
            v = x
            b, be = self.bias(oc), self.name()
            self.body += f"%{be} = tensor.expand_shape %{b} [[0, 1]] output_shape [{g}, {og}] : {self.type((oc,), acc)} into {self.type((g, og), acc)}\n"
            e, init = self.name(), self.name()
            ot = self.type((n, g, og, oh, ow), acc)
            d5 = "d0, d1, d2, d3, d4"
            self.body += f"""%{e} = tensor.empty() : {ot}
%{init} = linalg.generic {{indexing_maps = {maps((d5, "d1, d2"), (d5, d5))}, iterator_types = {iterators(5)}}}
  ins(%{be} : {self.type((g, og), acc)}) outs(%{e} : {ot}) {{
^bb0(%a: {acc}, %o: {acc}):
  linalg.yield %a : {acc}
}} -> {ot}
"""
            d = "d0, d1, d2, d3, d4, d5, d6, d7"
            m = maps((d, f"d0, d1, d5, d3 * {stride} + d6 * {dilation}, d4 * {stride} + d7 * {dilation}"), (d, "d1, d2, d5, d6, d7"), (d, "d0, d1, d2, d3, d4"))
            it, wt = iterators(5, 3), self.type((g, og, cg, k, k))
        else:
            weight = self.weights((oc, c, k, k))
            init = self.broadcast(self.bias(oc), (n, oc, oh, ow), 1)
            d = "d0, d1, d2, d3, d4, d5, d6"
            m = maps((d, f"d0, d4, d2 * {stride} + d5 * {dilation}, d3 * {stride} + d6 * {dilation}"), (d, "d1, d4, d5, d6"), (d, "d0, d1, d2, d3"))
            it, wt, xt, ot = iterators(4, 3), self.type((oc, c, k, k)), self.type((n, c, h, w)), self.type((n, oc, oh, ow), acc)
        self.body += f"""%{r} = linalg.generic {{indexing_maps = {m}, iterator_types = {it}}}
  ins(%{v}, %{weight} : {xt}, {wt}) outs(%{init} : {ot}) {{
{self.product_body()}}} -> {ot}
"""
        if groups > 1 and not groups == c == oc:
            c2 = self.name()
            self.body += f"%{c2} = tensor.collapse_shape %{r} [[0], [1, 2], [3], [4]] : {ot} into {self.type((n, oc, oh, ow), acc)}\n"
            r = c2
        return self.activation((r, (n, oc, oh, ow)), k * k * (c // groups))

    def activation(self, value, terms):
        """Requantizes integers per channel; Relu for floats."""
        v, shape = value
        e, r = self.name(), self.name()
        t, source = self.type(shape), self.type(shape, "i32" if self.integer else "f32")
        d = ", ".join(f"d{i}" for i in range(len(shape)))
        if not self.integer:
            self.body += f"""%{e} = tensor.empty() : {t}
%{r} = linalg.generic {{indexing_maps = {maps((d, d), (d, d))}, iterator_types = {iterators(len(shape))}}}
  ins(%{v} : {source}) outs(%{e} : {t}) {{
^bb0(%a: f32, %o: f32):
  %z = arith.constant 0.0 : f32
  %m = arith.maximumf %a, %z : f32
  linalg.yield %m : f32
}} -> {t}
"""
            return r, shape
        scale = self.constant((self.rng.uniform(0.5, 1.5, (shape[1],)) * 128 / (128 * 128 * np.sqrt(terms))).astype(np.float32))
        self.body += f"""%{e} = tensor.empty() : {t}
%{r} = linalg.generic {{indexing_maps = {maps((d, d), (d, "d1"), (d, d))}, iterator_types = {iterators(len(shape))}}}
  ins(%{v}, %{scale} : {source}, tensor<{shape[1]}xf32>) outs(%{e} : {t}) {{
^bb0(%a: i32, %m: f32, %o: i8):
  %lo = arith.constant {-float(self.zero)} : f32
  %hi = arith.constant {255.0 - self.zero} : f32
  %z = arith.constant {self.zero} : i32
  %f = arith.sitofp %a : i32 to f32
  %p = arith.mulf %f, %m : f32
  %g = arith.maximumf %p, %lo : f32
  %h = arith.minimumf %g, %hi : f32
  %n = math.roundeven %h : f32
  %i = arith.fptosi %n : f32 to i32
  %j = arith.addi %i, %z : i32
  %k = arith.trunci %j : i32 to i8
  linalg.yield %k : i8
}} -> {t}
"""
        return r, shape

    def add(self, a, b):
        """Residual sum: floats, or codes with saturation."""
        (x, shape), (y, _) = a, b
        e, r = self.name(), self.name()
        t = self.type(shape)
        d = ", ".join(f"d{i}" for i in range(len(shape)))
        ops = """  %xi = arith.extui %x : i8 to i32
  %yi = arith.extui %y : i8 to i32
  %xf = arith.sitofp %xi : i32 to f32
  %yf = arith.sitofp %yi : i32 to f32
  %half = arith.constant 0.37 : f32
  %xm = arith.mulf %xf, %half : f32
  %ym = arith.mulf %yf, %half : f32
  %f = arith.addf %xm, %ym : f32
  %lo = arith.constant 0.0 : f32
  %hi = arith.constant 255.0 : f32
  %g = arith.maximumf %f, %lo : f32
  %h = arith.minimumf %g, %hi : f32
  %n = math.roundeven %h : f32
  %i = arith.fptosi %n : f32 to i32
  %s = arith.trunci %i : i32 to i8
""" if self.integer else "  %s = arith.addf %x, %y : f32\n"
        self.body += f"""%{e} = tensor.empty() : {t}
%{r} = linalg.generic {{indexing_maps = {maps((d, d), (d, d), (d, d))}, iterator_types = {iterators(len(shape))}}}
  ins(%{x}, %{y} : {t}, {t}) outs(%{e} : {t}) {{
^bb0(%x: {self.element}, %y: {self.element}, %o: {self.element}):
{ops}  linalg.yield %s : {self.element}
}} -> {t}
"""
        return r, shape

    def max_pool(self, value, k, stride, pad=0):
        v, (n, c, h, w) = self.pad(value, pad, 0 if self.integer else -1.0e30)
        oh, ow = (h - k) // stride + 1, (w - k) // stride + 1
        e, i, r, win, low = (self.name() for _ in range(5))
        t = self.type((n, c, oh, ow))
        d = "d0, d1, d2, d3, d4, d5"
        low_value = "0" if self.integer else "-3.0e38"
        self.body += f"""%{low} = arith.constant {low_value} : {self.element}
%{e} = tensor.empty() : {t}
%{i} = linalg.fill ins(%{low} : {self.element}) outs(%{e} : {t}) -> {t}
%{win} = tensor.empty() : tensor<{k}x{k}x{self.element}>
%{r} = linalg.generic {{indexing_maps = {maps((d, f"d0, d1, d2 * {stride} + d4, d3 * {stride} + d5"), (d, "d4, d5"), (d, "d0, d1, d2, d3"))}, iterator_types = {iterators(4, 2)}}}
  ins(%{v}, %{win} : {self.type((n, c, h, w))}, tensor<{k}x{k}x{self.element}>) outs(%{i} : {t}) {{
^bb0(%a: {self.element}, %u: {self.element}, %acc: {self.element}):
  %m = arith.{"maxui" if self.integer else "maximumf"} %acc, %a : {self.element}
  linalg.yield %m : {self.element}
}} -> {t}
"""
        return r, (n, c, oh, ow)

    def text(self, value):
        v, shape = value
        output = np.zeros(shape, np.uint8 if self.integer else np.float32)
        return function(self.inputs, output, self.body, v), [a for _, a in self.inputs], output

    def model(self, value):
        """The graph as a model: @main on tensors, with names."""
        v, shape = value
        arguments = ", ".join(f'%{n}: tensor<{mlir_type(a)}> {{onnx.name = "{n}"}}' for n, a in self.inputs)
        t = self.type(shape)
        return f'func.func @main({arguments}) -> ({t} {{onnx.name = "y"}}) {{\n{self.body}return %{v} : {t}\n}}\n'
