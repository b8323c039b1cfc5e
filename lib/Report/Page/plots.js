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

/** Loss of the outputs against the first constraint of a front. */
function frontPlot(front, axis) {
  const width = 560, height = 260, left = 58, base = height - 38;
  const points = front.points.map((point) => ({ ...point, error: point.output_error ?? point.loss })).filter((point) => point.error > 0);
  const drawing = plot(width, height, `Error of the outputs against ${axis}`);
  if (!points.length) return drawing;
  const costs = points.map((point) => point[axis]), errors = points.map((point) => Math.log10(point.error));
  const x = linear(Math.min(...costs), Math.max(...costs), left + 10, width - 14);
  const y = linear(Math.min(...errors), Math.max(...errors), base - 8, 26);
  for (const at of ticks(Math.min(...errors), Math.max(...errors), 4)) {
    drawing.append(svg("line", { class: "axis", x1: left, x2: width, y1: y(at), y2: y(at) }));
    drawing.append(svg("text", { x: left - 6, y: y(at) + 4, "text-anchor": "end" }, short(10 ** at)));
  }
  for (const at of ticks(Math.min(...costs), Math.max(...costs), 5))
    drawing.append(svg("text", { x: x(at), y: base + 16, "text-anchor": "middle" }, short(at)));
  drawing.append(svg("text", { x: width - 14, y: height - 4, "text-anchor": "end" }, axis));
  drawing.append(svg("text", { x: 4, y: 10 }, points[0].output_error === undefined ? "loss" : "squared error of the outputs"));
  const line = points.filter((point) => !point.uniform).sort((a, b) => a[axis] - b[axis]);
  drawing.append(svg("path", { class: "front", d: line.map((point, at) => `${at ? "L" : "M"}${x(point[axis])} ${y(Math.log10(point.error))}`).join("") }));
  for (const point of points) {
    const circle = svg("circle", { class: point.chosen ? "chosen" : "point", cx: x(point[axis]), cy: y(Math.log10(point.error)), r: point.chosen ? 6 : 4 });
    drawing.append(titled(circle, `${point.chosen ? "chosen: " : ""}${point.uniform || ""} ${axis} ${short(point[axis])}, error ${short(point.error)}`));
    if (point.uniform) drawing.append(svg("text", { x: x(point[axis]) - 8, y: y(Math.log10(point.error)) - 8, "text-anchor": "end" }, `uniform ${point.uniform}`));
  }
  return drawing;
}
