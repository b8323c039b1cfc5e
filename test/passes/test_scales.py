"""Scales of methods equal those of a plain numpy statement of each reference procedure, on the same rows and weights.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re

import numpy as np
import pytest

ROWS, CHANNELS, OUTPUTS = 40, 24, 12
ROUND = dict(rtol=1e-5, atol=0)


@pytest.fixture(params=range(4))
def edge(request):
    """Rows whose channels differ in size, and two matrices that read them."""
    random = np.random.default_rng(request.param)
    rows = random.normal(size=(ROWS, CHANNELS)) * np.exp(random.normal(size=CHANNELS) * 1.5)
    return rows.astype(np.float32), [random.normal(size=(CHANNELS, OUTPUTS)).astype(np.float32) for _ in range(2)]


def dense(array):
    return f"dense<{np.asarray(array, np.float64).tolist()}> : tensor<{'x'.join(map(str, array.shape))}xf32>"


def chosen_scale(programs, tmp_path, edge, flag, weights, activations=None):
    """The scale that a method's pass chooses; ones if it chooses none."""
    rows, matrices = edge
    low, high = (np.array2string(end, separator=", ", max_line_width=10**9, formatter={"float": lambda v: f"{v:.9e}"})
                 for end in (rows.min(0).astype(np.float64), rows.max(0).astype(np.float64)))
    precision = f"weights = <{weights}>" + (f", activations = <{activations}>" if activations else "")
    x, y = f"tensor<{ROWS}x{CHANNELS}xf32>", f"tensor<{ROWS}x{OUTPUTS}xf32>"
    body = "\n".join(f"""  %w{i} = onnx.Constant() {{value = {dense(matrix)}}} : () -> tensor<{CHANNELS}x{OUTPUTS}xf32>
  %y{i} = onnx.MatMul(%n, %w{i}) : ({x}, tensor<{CHANNELS}x{OUTPUTS}xf32>) -> {y}""" for i, matrix in enumerate(matrices))
    (tmp_path / "edge.mlir").write_text(f"""
func.func @main(%x: {x}) -> ({y}, {y}) attributes {{quern.precision = #quern.precision<{precision}>}} {{
  %gamma = onnx.Constant() {{value = dense<1.0> : tensor<{CHANNELS}xf32>}} : () -> tensor<{CHANNELS}xf32>
  %n = onnx.Mul(%x, %gamma) {{quern.rows = [{dense(rows)}], quern.ranges = [#quern.range<{rows.min():.9e}, {rows.max():.9e}, "moving-average">],
    quern.channel_ranges = [#quern.channel_ranges<1, min = {low}, max = {high}>]}} : ({x}, tensor<{CHANNELS}xf32>) -> {x}
{body}
  return %y0, %y1 : {y}, {y}
}}""")
    ran = programs.run("quern-opt", tmp_path / "edge.mlir", flag)
    assert ran.returncode == 0, ran.stderr
    found = re.search(r"scale = array<f32: ([^>]*)>", ran.stdout)
    return np.array(found[1].split(", "), np.float64) if found else np.ones(CHANNELS)


def quantized_in_groups(weight, bits, group):
    """Asymmetric codes of `group` consecutive inputs of each output, back in reals; weight is [inputs, outputs]."""
    result = np.empty_like(weight)
    for first in range(0, len(weight), group):
        block = weight[first:first + group]
        low, high = np.minimum(block.min(0), 0), np.maximum(block.max(0), 0)
        step = (high - low) / np.float32(2**bits - 1)
        zero = np.clip(np.round(-low / step), 0, 2**bits - 1)
        result[first:first + group] = (np.clip(np.round(block / step) + zero, 0, 2**bits - 1) - zero) * step
    return result


@pytest.mark.parametrize("bits, group", [(4, 8), (4, 10), (3, 24), (2, 8)])
def test_awq(programs, tmp_path, edge, bits, group):
    rows, matrices = edge
    mean = np.abs(rows).mean(0)
    best, least = None, np.inf
    for step in range(20):
        scale = np.maximum(mean**(step / 20), 1e-4)
        scale = (scale / np.sqrt(scale.max() * scale.min())).astype(np.float32)
        loss = sum(np.square((rows / scale) @ quantized_in_groups(w * scale[:, None], bits, group) - rows @ w, dtype=np.float64).sum()
                   for w in matrices)
        if loss < least:
            best, least = scale, loss
    got = chosen_scale(programs, tmp_path, edge, "--quern-activation-aware-scaling", f"u{bits}, group = {group}, asymmetric")
    np.testing.assert_allclose(got, best, **ROUND)


def smoothquant(edge, alpha):
    rows, matrices = edge
    activations = np.maximum(np.abs(rows).max(0), 1e-5).astype(np.float64)
    weights = np.maximum(np.max([np.abs(w).max(1) for w in matrices], axis=0), 1e-5).astype(np.float64)
    return np.maximum(activations**alpha / weights**(1 - alpha), 1e-5)


W8, A8 = "s8, channel, symmetric", "u8, tensor, asymmetric"


@pytest.mark.parametrize("alpha", [0, 0.25, 0.5, 0.85, 1])
def test_smoothquant(programs, tmp_path, edge, alpha):
    got = chosen_scale(programs, tmp_path, edge, f"--quern-smooth-activations=alpha={alpha}", W8, A8)
    np.testing.assert_allclose(got, smoothquant(edge, alpha), **ROUND)


def joint_loss(rows, matrices, scale, bits, seen):
    """The squared error with 8-bit activations per tensor and symmetric weights per output. The range is the whole one of the rows
    that were seen, as of an observer whose single sample they are."""
    scale = scale.astype(np.float32)
    low, high = min((seen / scale).min(), 0), max((seen / scale).max(), 0)
    step = (high - low) / np.float32(255)
    zero = np.clip(np.round(-low / step), 0, 255)
    x = (np.clip(np.round(rows / scale / step) + zero, 0, 255) - zero) * step
    loss = 0
    for w in matrices:
        scaled = w * scale[:, None]
        unit = np.abs(scaled).max(0) / np.float32(2**(bits - 1) - 1)
        loss += np.square(x @ (np.round(scaled / unit) * unit) - rows @ w, dtype=np.float64).sum()
    return loss


def unseen_loss(edge, rule, bits):
    """Two-fold cross-validation: each half of the rows with the scale and the range that the other half gives."""
    rows, matrices = edge
    return sum(joint_loss(rows[1 - half::2], matrices, rule((rows[half::2], matrices)), bits, rows[half::2]) for half in (0, 1))


def salience(edge, exponent):
    scale = np.abs(edge[0]).mean(0).astype(np.float64)**exponent
    return scale / np.sqrt(scale.max() * scale.min())


NO_SCALE = [lambda edge: np.ones(CHANNELS)]
SMOOTHQUANT = [lambda edge, step=step: smoothquant(edge, step / 20) for step in range(21)]
SALIENCE = [lambda edge, step=step: salience(edge, step / 20) for step in range(21)]


def test_smoothquant_searched(programs, tmp_path, edge):
    best = min(NO_SCALE + SMOOTHQUANT, key=lambda rule: unseen_loss(edge, rule, 8))
    got = chosen_scale(programs, tmp_path, edge, "--quern-smooth-activations", W8, A8)
    np.testing.assert_allclose(got, best(edge), **ROUND)


@pytest.mark.parametrize("bits", [4, 8])
def test_aqas_is_no_worse_than_either_family(programs, tmp_path, edge, bits):
    rules = NO_SCALE + SMOOTHQUANT + SALIENCE
    got = chosen_scale(programs, tmp_path, edge, "--quern-joint-scaling", f"s{bits}, channel, symmetric", A8)
    chosen = [rule for rule in rules if np.allclose(got, rule(edge), **ROUND)]
    losses = [unseen_loss(edge, rule, bits) for rule in rules]
    assert chosen and unseen_loss(edge, chosen[0], bits) <= min(losses) * (1 + 1e-6)
    assert min(losses) < losses[0], "no scale would do"


def suppression(edge, part):
    largest = np.abs(edge[0]).max(0).astype(np.float64)
    return np.maximum(1, largest / (part * largest.max()))


def test_outliers_that_no_other_row_has(programs, tmp_path):
    """Each channel's largest value is that of one row alone: scales that bring these to one size err less on the rows that they were
    made of, and clip others. Outliers that every row has are scaled."""
    random = np.random.default_rng(5)
    matrices = [random.normal(size=(CHANNELS, OUTPUTS)).astype(np.float32) for _ in range(2)]
    rows = random.normal(size=(ROWS, CHANNELS)).clip(-1, 1).astype(np.float32)
    rows[np.arange(CHANNELS), np.arange(CHANNELS)] = np.geomspace(4, 16, CHANNELS)
    seen = [joint_loss(rows, matrices, suppression((rows, matrices), step / 100), 8, rows) for step in range(100, 0, -1)]
    assert min(seen) < 0.9 * seen[0]
    flag = "--quern-outlier-suppression-plus"
    assert (chosen_scale(programs, tmp_path, (rows, matrices), flag, W8, A8) == 1).all()
    rows = random.uniform(-1, 1, size=(ROWS, CHANNELS)).astype(np.float32)
    rows[:, :2] = 40 * np.sign(random.normal(size=(ROWS, 2))) * random.uniform(0.9, 1, size=(ROWS, 2))
    for matrix in matrices:
        matrix[:2] /= 20
    scale = chosen_scale(programs, tmp_path, (rows, matrices), flag, W8, A8)
    assert (scale[:2] > 10).all() and (scale[2:] == 1).all()
