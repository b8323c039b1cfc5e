// Plots as SVG elements. Every text is set as text, never as markup.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"use strict";

const svgSpace = "http://www.w3.org/2000/svg";

function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function titled(element, text) {
  element.prepend(svg("title", {}, text));
  return element;
}

/** A number as people read it: three digits that matter. */
function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(1).replace("e+", "e");
  return String(Number(value.toPrecision(3)));
}

function plot(width, height, label) {
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
}

function linear(from, to, low, high) {
  const span = to - from || 1;
  return (value) => low + ((value - from) / span) * (high - low);
}

/** Up to `count` round numbers between two. */
function ticks(low, high, count = 5) {
  const rough = (high - low) / count || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-9; at += step) found.push(Math.abs(at) < step * 1e-9 ? 0 : at);
  return found;
}

/** Counts of values with the limits of the codes; counts on a logarithmic scale, so that tails are seen. */
function histogramPlot(values, label) {
  const { low, step, counts, zeros } = values.histogram;
  const high = low + step * counts.length, limits = values.limits || [];
  const from = Math.min(low, values.min, ...limits), to = Math.max(high, values.max, ...limits);
  const width = 360, height = 150, base = height - 22;
  const drawing = plot(width, height, label);
  const x = linear(from, to, 8, width - 8), top = Math.log10(1 + Math.max(1, ...counts));
  const y = linear(0, top, base, 10);
  counts.forEach((count, index) => {
    if (!count) return;
    const left = x(low + index * step), up = y(Math.log10(1 + count));
    const bar = svg("rect", { class: "bar", x: left, y: up, width: Math.max(0.8, x(low + (index + 1) * step) - left - 0.3), height: base - up });
    drawing.append(titled(bar, `${short(low + index * step)} to ${short(low + (index + 1) * step)}: ${count}`));
  });
  drawing.append(svg("line", { class: "axis", x1: 8, x2: width - 8, y1: base, y2: base }));
  for (const at of ticks(from, to, 5))
    drawing.append(svg("text", { x: x(at), y: height - 7, "text-anchor": "middle" }, short(at)));
  limits.forEach((limit, index) => {
    drawing.append(titled(svg("line", { class: "limit", x1: x(limit), x2: x(limit), y1: 6, y2: base }),
      `${index ? "highest" : "lowest"} code: ${short(limit)}`));
  });
  if (zeros) drawing.append(svg("text", { x: width - 8, y: 16, "text-anchor": "end" }, `and ${zeros} zeros`));
  return drawing;
}

/** The extremes of each channel, with the limits of the codes. */
function channelPlot(values, label) {
  const { count, per_bar: perBar, min, max } = values.channels, limits = values.limits || [];
  const width = 360, height = 150, left = 44, base = height - 22;
  const drawing = plot(width, height, label);
  const from = Math.min(0, ...min, ...limits), to = Math.max(0, ...max, ...limits);
  const y = linear(from, to, base, 8), x = linear(0, min.length, left, width - 8);
  for (const at of ticks(from, to, 4)) {
    drawing.append(svg("line", { class: "axis", x1: left, x2: width - 8, y1: y(at), y2: y(at) }));
    drawing.append(svg("text", { x: left - 5, y: y(at) + 4, "text-anchor": "end" }, short(at)));
  }
  min.forEach((low, index) => {
    const up = y(max[index]), first = index * perBar, last = Math.min(count, first + perBar) - 1;
    const bar = svg("rect", { class: "bar", x: x(index), y: up, width: Math.max(0.6, x(1) - x(0) - 0.4), height: Math.max(0.8, y(low) - up) });
    drawing.append(titled(bar, `channel ${first === last ? first : first + " to " + last}: ${short(low)} to ${short(max[index])}`));
  });
  for (const limit of limits) drawing.append(svg("line", { class: "limit", x1: left, x2: width - 8, y1: y(limit), y2: y(limit) }));
  drawing.append(svg("text", { x: (left + width) / 2, y: height - 7, "text-anchor": "middle" }, `${count} channels`));
  return drawing;
}

/** SQNR through the network: a line for the total, a dot for what each node adds. `choose` is told the node of a dot. */
function depthPlot(nodes, choose) {
  const shown = nodes.map((node, index) => ({ node, index })).filter(({ node }) => node.total.sqnr !== null);
  const narrow = window.matchMedia("(max-width: 720px)").matches;
  const width = narrow ? 400 : 1000, height = narrow ? 260 : 280, left = 40, base = height - 24;
  const drawing = plot(width, height, "Signal to error in decibels, from the first node to the last");
  const levels = shown.flatMap(({ node }) => [node.total.sqnr, node.added.sqnr]).filter((value) => value !== null);
  const from = Math.max(-20, Math.min(...levels, 20) - 3), to = Math.min(90, Math.max(...levels, 30) + 3);
  const y = linear(from, to, base, 24), x = linear(0, Math.max(1, nodes.length - 1), left + 8, width - 10);
  const inside = (value) => Math.min(to, Math.max(from, value));
  for (const at of ticks(from, to, 5)) {
    drawing.append(svg("line", { class: "axis", x1: left, x2: width, y1: y(at), y2: y(at) }));
    drawing.append(svg("text", { x: left - 6, y: y(at) + 4, "text-anchor": "end" }, `${at}`));
  }
  drawing.append(svg("text", { x: left, y: height - 6 }, "first node"));
  drawing.append(svg("text", { x: width - 4, y: height - 6, "text-anchor": "end" }, "last node"));
  drawing.append(svg("text", { x: 4, y: 11 }, "dB, more is better"));
  const path = shown.map(({ node, index }, at) => `${at ? "L" : "M"}${x(index).toFixed(1)} ${y(inside(node.total.sqnr)).toFixed(1)}`);
  drawing.append(svg("path", { class: "total", d: path.join("") }));
  for (const { node, index } of shown) {
    if (node.added.sqnr === null) continue;
    const dot = svg("circle", { class: `dot ${causeClass(node.cause)}`, cx: x(index), cy: y(inside(node.added.sqnr)), r: narrow ? 3.4 : 3.8 });
    const link = svg("a", { href: `#node-${index}` }, dot);
    link.addEventListener("click", () => choose(index));
    drawing.append(titled(link, `${node.name} (${node.op}) adds ${decibel(node.added)}, ${node.cause}; total ${decibel(node.total)}`));
  }
  return drawing;
}

/** 1, 2 and 5 times powers of ten between two; powers alone where these are many. */
function logarithmicTicks(low, high) {
  const factors = Math.log10(high / low) > 2 ? [1] : [1, 2, 5], found = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; ++power)
    found.push(...factors.map((factor) => factor * 10 ** power).filter((at) => at >= low && at <= high));
  return found;
}

/** Labels beside points, each where the fewest others lie: the size of a letter is a guess. */
function placeLabels(drawing, points, width) {
  const letter = 6.2, high = 13, taken = points.map(({ x, y }) => ({ x: x - 6, y: y - 6, w: 12, h: 12 }));
  const overlap = (a, b) => Math.max(0, Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x)) * Math.max(0, Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y));
  for (const { x, y, label } of points.filter((point) => point.label)) {
    const w = label.length * letter, boxes = [];
    for (const down of [-high / 2, -high - 5, 5, high + 7, -2 * high - 7, 2 * high + 9])
      for (const left of [x + 9, x - 9 - w])
        if (left >= 0 && left + w <= width) boxes.push({ x: left, y: y + down, w, h: high });
    const cost = (box) => taken.reduce((sum, other) => sum + overlap(box, other), 0);
    const best = boxes.reduce((one, other) => (cost(other) < cost(one) ? other : one), boxes[0] ?? { x: 0, y: y + 5, w, h: high });
    taken.push(best);
    drawing.append(svg("text", { class: "label", x: best.x, y: best.y + high - 3 }, label));
  }
}

const frontUnits = { latency: "ms", size: "bytes", flash: "bytes", sram: "bytes", "average-bits": "bits" };

/** Error of the outputs against the first constraint of a front, both on samples or both summed from single ops. A point without any
 * error, which has no logarithm, stands on the axis. */
function frontPlot(front, axis) {
  const width = 640, height = 300, left = 62, base = height - 38;
  const isMeasured = front.points[0].output_error !== undefined;
  const errorOf = (point) => (isMeasured ? point.output_error : point.loss);
  const drawing = plot(width, height, `Error of the outputs against ${axis}`);
  const costs = front.points.map((point) => point[axis]), errors = front.points.map(errorOf).filter((error) => error > 0);
  const low = Math.min(...errors, 1) / 1.3, high = Math.max(...errors, low) * 1.3, hasExact = errors.length < costs.length;
  const x = linear(Math.min(...costs), Math.max(...costs), left + 12, width - 14);
  const scale = linear(Math.log10(low), Math.log10(high), base - (hasExact ? 28 : 8), 26);
  const y = (error) => (error > 0 ? scale(Math.log10(error)) : base);
  const line = (at, text) => drawing.append(svg("line", { class: "axis", x1: left, x2: width, y1: y(at), y2: y(at) }),
    svg("text", { x: left - 6, y: y(at) + 4, "text-anchor": "end" }, text));
  if (errors.length) for (const at of logarithmicTicks(low, high)) line(at, short(at));
  if (hasExact) line(0, "0");
  for (const at of ticks(Math.min(...costs), Math.max(...costs), 5))
    drawing.append(svg("text", { x: x(at), y: base + 18, "text-anchor": "middle" }, short(at)));
  drawing.append(svg("text", { x: width - 14, y: height - 4, "text-anchor": "end" }, `${axis}, ${frontUnits[axis] ?? ""}`));
  drawing.append(svg("text", { x: 4, y: 12 }, isMeasured ? "squared error of the outputs, relative to their power" : "sum of losses"));
  const path = front.points.filter((point) => !point.uniform).sort((a, b) => a[axis] - b[axis]);
  drawing.append(svg("path", { class: "front", d: path.map((point, at) => `${at ? "L" : "M"}${x(point[axis])} ${y(errorOf(point))}`).join("") }));
  for (const point of front.points) {
    const name = point.chosen ? "chosen" : point.uniform ? "uniform" : "point";
    const circle = svg("circle", { class: name, cx: x(point[axis]), cy: y(errorOf(point)), r: point.chosen ? 6 : 4 });
    drawing.append(titled(circle, `${point.chosen ? "chosen: " : ""}${point.uniform ?? ""} ${axis} ${short(point[axis])} ${frontUnits[axis] ?? ""}, error ${short(errorOf(point))}`));
  }
  placeLabels(drawing, front.points.map((point) => ({ x: x(point[axis]), y: y(errorOf(point)), label: point.chosen ? "chosen" : point.uniform })), width);
  return drawing;
}
