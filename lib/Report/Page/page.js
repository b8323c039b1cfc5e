// The page: sections made from the report's JSON. Every text is set as text, never as markup.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"use strict";

const report = JSON.parse(document.getElementById("report").textContent);

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const decibel = (error) => (error.sqnr === null ? "no error" : `${error.sqnr.toFixed(1)} dB`);
const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.01 ? 1 : 0)} %`;
const times = (ratio) => `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1)}×`;

function bytes(count) {
  const size = Math.abs(count);
  return size < 10000 ? `${count} B` : size < 1048576 ? `${(count / 1024).toFixed(0)} KiB` : `${(count / 1048576).toFixed(1)} MiB`;
}

function micros(time) {
  return Math.abs(time) >= 1000 ? `${(time / 1000).toFixed(2)} ms` : `${time.toFixed(Math.abs(time) < 10 ? 2 : 1)} µs`;
}

const signed = (text, value) => (value > 0 ? "+" : "") + text;

/** Which of the four parts of an error a cause belongs to. */
function causeClass(cause) {
  const groups = { clipping: "clipping", saturation: "saturation", rounding: "rounding", "outlier channel": "rounding",
    "wasted range": "rounding", "weight rounding": "weights", "weight range": "weights" };
  return groups[cause] || "";
}

function sharesBar(node) {
  const bar = make("span", { class: "shares", role: "img" }), texts = [];
  for (const [part, share] of Object.entries(node.shares)) {
    if (share <= 0.005) continue;
    const piece = make("i", { class: part });
    piece.style.width = `${100 * Math.min(1, share)}%`;
    bar.append(piece);
    texts.push(`${part} ${percent(share)}`);
  }
  bar.title = texts.join(", ");
  bar.setAttribute("aria-label", bar.title);
  return bar;
}

/**
 * A table whose head sorts. columns: {title, cell(row) -> text or element, key(row) for sorting, number, wide (left out on narrow screens),
 * name}. `detail(row)`, if given, makes what a row unfolds to.
 */
function table(caption, columns, rows, detail) {
  const head = make("tr"), body = make("tbody");
  const result = make("table", { "aria-label": caption }, make("thead", {}, head), body);
  const classes = (column) => [column.number && "number", column.wide && "wide", column.name && "name"].filter(Boolean).join(" ");
  let current = { column: null, down: false };
  const order = () => {
    const { column, down } = current;
    if (!column) return rows;
    const value = (row) => { const key = column.key(row); return key === null || key === undefined ? (down ? -Infinity : Infinity) : key; };
    return [...rows].sort((a, b) => { const p = value(a), q = value(b); return (p < q ? -1 : p > q ? 1 : 0) * (down ? -1 : 1); });
  };
  const draw = () => body.replaceChildren(...order().flatMap((row) => {
    const line = make("tr");
    if (row.anchor) line.id = row.anchor;
    columns.forEach((column) => line.append(make("td", { class: classes(column) }, column.cell(row))));
    if (!detail) return [line];
    const unfolded = make("tr", { class: "detail", hidden: "" }, make("td", { colspan: columns.length }));
    const button = line.querySelector(".more");
    button.setAttribute("aria-expanded", "false");
    line.unfold = (open) => {
      if (open && !unfolded.firstChild.hasChildNodes()) unfolded.firstChild.append(detail(row));
      unfolded.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
    };
    button.addEventListener("click", () => line.unfold(unfolded.hidden));
    return [line, unfolded];
  }));
  columns.forEach((column) => {
    const cell = make("th", { class: classes(column), scope: "col" });
    if (column.key) {
      const button = make("button", { type: "button", tabindex: "0" }, column.title);
      button.addEventListener("click", () => {
        current = { column, down: current.column === column ? !current.down : Boolean(column.number) && !column.least };
        for (const other of head.children) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", current.down ? "descending" : "ascending");
        draw();
      });
      cell.append(button);
    } else cell.append(column.title);
    head.append(cell);
  });
  draw();
  const box = make("div", { class: "table", tabindex: "0", role: "region", "aria-label": caption }, result);
  box.setRows = (chosen) => { rows = chosen; draw(); };
  return box;
}

function section(id, title, introduction, ...content) {
  const made = make("section", { id }, make("h2", {}, title), introduction ? make("p", { class: "soft" }, introduction) : null, ...content);
  document.getElementById("main").append(made);
  document.querySelector("nav ul").append(make("li", {}, make("a", { href: `#${id}` }, title)));
  return made;
}

// The head.

function figure(label, value, note) {
  return make("div", { class: "figure" }, make("span", { class: "label" }, label), make("b", {}, value), make("span", {}, note));
}

function headFigures() {
  const figures = [];
  const output = report.outputs.filter((one) => one.simulated)
    .sort((a, b) => ((a.executed || a.simulated).sqnr ?? Infinity) - ((b.executed || b.simulated).sqnr ?? Infinity))[0];
  if (output) {
    const error = output.executed || output.simulated;
    figures.push(figure(report.outputs.length > 1 ? "Worst output against float" : "Output against float", decibel(error),
      `${output.name}: cosine ${error.cosine.toFixed(5)}, signal to error`));
  }
  if (report.size)
    figures.push(figure("Weights", bytes(report.size.weight_bytes),
      `${percent(report.size.weight_bytes / report.size.float_weight_bytes)} of float's ${bytes(report.size.float_weight_bytes)}`));
  if (report.time.us !== undefined) {
    const ratio = report.time.float_us / report.time.us;
    figures.push(figure("Time of a run", micros(report.time.us),
      `${ratio >= 1 ? times(ratio) + " as fast as" : times(1 / ratio) + " slower than"} float's ${micros(report.time.float_us)}, one thread`));
  }
  if (report.residue) figures.push(figure("Operators left float", String(report.residue.length), report.residue.length ? "reasons below" : "all on integers"));
  return make("div", { class: "figures" }, ...figures);
}

/** What a change costs: bytes and time. */
function costOf(change) {
  const parts = [];
  if (change.bytes !== undefined) parts.push(change.bytes === 0 ? "no bytes" : signed(bytes(change.bytes), change.bytes));
  if (change.us !== undefined) parts.push(signed(micros(change.us), change.us));
  return parts.join(", ");
}

/** How one node quantized alone leaves the outputs. */
const aloneOf = (number) => report.changes.present.find((one) => one.node === number);

function adviceItem({ node: number, change: chosen }) {
  const node = report.nodes[number], alone = aloneOf(number), change = report.changes.list[chosen];
  const link = make("a", { href: `#node-${number}`, class: "name" }, node.name || "(no name)");
  link.addEventListener("click", () => openNode(number));
  const share = alone.outputs.relative / report.changes.outputs.relative, largest = Math.max(...Object.values(node.shares));
  return make("li", { class: causeClass(node.cause) },
    make("div", {}, link, ` ${node.op}`, make("span", { class: "soft" }, ` · ${node.cause}, ${percent(Math.min(1, largest))} of the error that it adds at ${decibel(node.added)}`)),
    make("p", {}, `Quantized alone, it leaves the outputs at ${decibel(alone.outputs)}${share < 1 ? `, ${percent(share)} of the error of the whole model` : ""}. ` +
      `To change that: ${change.change}${change.outputs.sqnr === null ? "" : `, then ${decibel(change.outputs)}`}${costOf(change) ? ` (${costOf(change)})` : ""}.`),
    make("code", {}, change.how));
}

function drawHead() {
  const head = document.getElementById("head");
  document.title = `${report.model} ${report.precision}: Quern report`;
  head.replaceChildren(make("h1", {}, report.model),
    make("p", { class: "soft" }, `${report.precision} for ${report.target}; errors on ${report.samples.count} samples of ${report.samples.from}, ${report.samples.which}.`),
    headFigures());
  if (report.advice.length)
    head.append(make("h2", {}, "Look here first"), make("ul", { class: "advice" }, ...report.advice.map(adviceItem)));
  else head.append(make("p", {}, report.changes.list.length ? "No single node does much to the outputs." : "No node adds an error."));
}

// Nodes.

let nodeTable = null;

function openNode(number) {
  const line = document.getElementById(`node-${number}`);
  if (line) line.unfold(true);
}

/** The node as it is, and the changes that were tried. */
function changesOf(number) {
  const alone = aloneOf(number);
  return alone ? [{ ...alone, change: "as it is", how: "", present: true }, ...report.changes.list.filter((change) => change.node === number)] : [];
}

function judge(change) {
  if (change.present) return "";
  return (change.outputs.relative ?? Infinity) < (aloneOf(change.node).outputs.relative ?? Infinity) ? "good" : "bad";
}

function changeColumns(withNode) {
  return [
    ...(withNode ? [{ title: "Node", name: true, cell: (c) => report.nodes[c.node].name, key: (c) => c.node }] : []),
    { title: "Change", cell: (c) => c.how ? make("span", {}, c.change, make("br"), make("code", { class: "soft" }, c.how)) : c.change, name: true },
    { title: "Node", number: true, wide: true, cell: (c) => decibel(c.added), key: (c) => c.added.sqnr },
    { title: "Outputs", number: true, key: (c) => c.outputs.sqnr, cell: (c) => make("span", { class: judge(c) }, decibel(c.outputs)) },
    { title: "Costs", wide: !withNode, cell: (c) => costOf(c) },
  ];
}

function plotFigure(drawing, caption) { return make("figure", {}, drawing, make("figcaption", {}, caption)); }

function edgeFigures(edge) {
  const figures = [];
  if (!edge.histogram) return figures;
  let caption = `Values of ${edge.name || "the input"}, ${short(edge.min)} to ${short(edge.max)}`;
  if (edge.limits)
    caption += `; codes reach ${short(edge.limits[0])} to ${short(edge.limits[1])} (dashed) at scale ${short(edge.scale)}, zero point ${edge.zero_point}; ` +
      `${edge.clipped} of ${edge.elements} values clipped, ${percent(edge.used)} of the range used`;
  figures.push(plotFigure(histogramPlot(edge, caption), caption));
  if (edge.channels)
    figures.push(plotFigure(channelPlot(edge, `Channels of ${edge.name}`),
      `Its channels: number ${edge.outlier.channel} reaches ${times(edge.outlier.ratio)} as far as the median one`));
  return figures;
}

function nodeDetail({ node, number }) {
  const box = make("div"), figures = node.edges.flatMap((edge) => edgeFigures(report.edges[edge]));
  const facts = [`inherits ${decibel(node.inherited)}`, `adds ${decibel(node.added)} (cosine ${node.added.cosine.toFixed(6)})`,
    `is ${decibel(node.total)} from float (cosine ${node.total.cosine.toFixed(6)})`];
  box.append(make("p", {}, `This node ${facts.join(", ")}.`));
  if (node.cause !== "none")
    box.append(make("p", { class: "key" }, ...Object.entries(node.shares).filter(([, share]) => Math.abs(share) > 0.0005)
      .map(([part, share]) => make("span", {}, make("i", { class: part }), `${part} ${percent(share)}`))));
  if (node.weight && node.weight.histogram) {
    const weight = node.weight;
    figures.push(plotFigure(histogramPlot(weight, "Weights"),
      `Weights: ${weight.elements} of ${weight.bits} bits, ${weight.granularity === "channel" || weight.granularity === "tensor" ? "a scale per " + weight.granularity : "in " + weight.granularity}; ${bytes(weight.bytes)} instead of ${bytes(weight.float_bytes)}`));
    if (weight.channels) figures.push(plotFigure(channelPlot(weight, "Channels of the weight"), `Their channels: number ${weight.outlier.channel} reaches ${times(weight.outlier.ratio)} as far as the median one`));
  }
  box.append(make("div", { class: "plots" }, ...figures));
  const changes = changesOf(number);
  if (changes.length)
    box.append(make("h3", {}, "What was tried here, all other nodes being float"), table("Changes tried at this node", changeColumns(false), changes));
  return box;
}

function timeOf(node) { return node.time_group === undefined ? null : report.time.groups[node.time_group]; }

function drawNodes() {
  const rows = report.nodes.map((node, number) => ({ node, number, anchor: `node-${number}` }));
  const columns = [
    { title: "#", number: true, wide: true, least: true, cell: (r) => String(r.number), key: (r) => r.number },
    { title: "Node", name: true, key: (r) => r.node.name, cell: (r) => make("span", {}, make("button", { class: "more", type: "button" }, r.node.name || "(no name)"), make("br"),
      make("span", { class: "soft" }, r.node.op), make("span", { class: "soft wide" }, ["", r.node.activations, r.node.weights].filter((format, at) => !at || format).join(" · "))) },
    { title: "Adds", number: true, least: true, cell: (r) => (r.node.quantized ? decibel(r.node.added) : "–"), key: (r) => r.node.added.sqnr },
    { title: "Inherits", number: true, wide: true, least: true, cell: (r) => decibel(r.node.inherited), key: (r) => r.node.inherited.sqnr },
    { title: "Total", number: true, least: true, cell: (r) => decibel(r.node.total), key: (r) => r.node.total.sqnr },
    { title: "Cosine", number: true, wide: true, least: true, cell: (r) => r.node.total.cosine.toFixed(5), key: (r) => r.node.total.cosine },
    { title: "Cause", key: (r) => r.node.cause, cell: (r) => (r.node.cause === "none" ? "–" : make("span", {}, r.node.cause, sharesBar(r.node))) },
    { title: "Weights", number: true, wide: true, cell: (r) => (r.node.weight ? bytes(r.node.weight.bytes) : "–"), key: (r) => (r.node.weight ? r.node.weight.bytes : 0) },
    { title: "Time", number: true, wide: true, key: (r) => (timeOf(r.node) || {}).us ?? 0, cell: (r) => { const group = timeOf(r.node);
      return !group ? "–" : group.nodes[0] === r.node.name ? micros(group.us) : make("span", { class: "soft", title: `computed with ${group.nodes[0]}` }, "″"); } },
  ];
  nodeTable = table("Nodes", columns, rows, nodeDetail);
  const search = make("input", { type: "search", placeholder: "Name or operator", "aria-label": "Show nodes whose name or operator contains" });
  const only = make("input", { type: "checkbox", id: "only", checked: "" });
  const count = make("span", { class: "soft", role: "status" });
  const filter = () => {
    const text = search.value.toLowerCase();
    const chosen = rows.filter(({ node }) => (!only.checked || node.cause !== "none") && `${node.name}\n${node.op}`.toLowerCase().includes(text));
    nodeTable.setRows(chosen);
    count.textContent = `${chosen.length} of ${rows.length} nodes`;
  };
  search.addEventListener("input", filter);
  only.addEventListener("change", filter);
  section("nodes", "Nodes", "An error that a node adds is told apart from the one that it inherits: open a node for its ranges and what was tried there.",
    make("div", { class: "tools" }, search, make("label", {}, only, " only nodes that add an error"), count), nodeTable);
  filter();
}

function drawDepth() {
  const key = make("p", { class: "key" }, ...["clipping", "saturation", "rounding", "weights"].map((part) => make("span", {}, make("i", { class: part }), part)));
  section("depth", "Through the network", "The line is the total error of each node in the order of the graph; a dot is what the node adds by itself, in the colour of its main cause.",
    depthPlot(report.nodes, openNode), key);
}

// The rest.

function drawChanges() {
  if (!report.changes.list.length) return;
  const rows = report.changes.present.flatMap((alone) => changesOf(alone.node));
  section("changes", "Changes that were tried", "At the nodes that add the largest errors, each quantized alone, so that what it does is not lost among the roundings of all " +
    "others. A flag for the whole model was measured at this node only.", table("Changes", changeColumns(true), rows));
}

function drawTimes() {
  const groups = report.time.groups;
  if (!groups) { if (report.time.missing) section("times", "Time", `Not measured: ${report.time.missing}.`); return; }
  const longest = Math.max(...groups.map((group) => group.us));
  const columns = [
    { title: "Nodes computed together", name: true, cell: (g) => g.nodes.join(" + "), key: (g) => g.nodes[0] },
    { title: "Quantized", number: true, cell: (g) => micros(g.us), key: (g) => g.us },
    { title: "Float", number: true, cell: (g) => micros(g.float_us), key: (g) => g.float_us },
    { title: "Float / quantized", number: true, key: (g) => g.float_us / g.us, cell: (g) => (g.us > 0 ? make("span", { class: g.us > g.float_us ? "bad" : "" }, times(g.float_us / g.us)) : "–") },
    { title: "", wide: true, cell: (g) => { const bar = make("span", { class: "shares" }, make("i", { class: "weights" })); bar.firstChild.style.width = `${(100 * g.us) / longest}%`; return bar; } },
  ];
  section("times", "Time beside float", `Medians of ${report.time.runs} and ${report.time.float_runs} runs on one thread of this machine, counted by the compiled code.`,
    table("Times", columns, [...groups].sort((a, b) => b.us - a.us)));
}

function drawResidue() {
  if (!report.residue || !report.residue.length) return;
  const columns = [
    { title: "Node", name: true, cell: (r) => r.node, key: (r) => r.node },
    { title: "Stays float because it", cell: (r) => r.reason },
    { title: "To change that", wide: true, cell: (r) => r.remedy },
    { title: "Numbers per run", number: true, cell: (r) => String(r.numbers ?? "–"), key: (r) => r.numbers },
  ];
  section("residue", "What stays float", "", table("Float operators", columns, report.residue.map((one) => ({ ...one, node: `${one.node} (${one.operator})` }))));
}

function drawAssignment() {
  const found = report.assignment;
  if (!found) return;
  const loss = (weight) => Math.max(...weight.options.map((option) => option.loss));
  const columns = [
    { title: "Node", name: true, cell: (w) => `${w.node} (${w.op})`, key: (w) => w.node },
    { title: "Precision", cell: (w) => w.option, key: (w) => w.bits },
    { title: "Largest loss", number: true, cell: (w) => (w.options.length > 1 ? short(loss(w)) : "fixed"), key: loss },
    { title: "Elements", number: true, wide: true, cell: (w) => String(w.elements), key: (w) => w.elements },
    { title: "Options", wide: true, cell: (w) => w.options.map((o) => `${o.name}: ${bytes(o.bytes)}`).join(", ") },
  ];
  const content = [table("Sensitivities", columns, found.weights)];
  if (found.front) {
    const axis = Object.keys(found.front.points[0]).find((key) => !["loss", "chosen", "uniform", "refined", "output_error", "bits", "group_sizes", "activations"].includes(key));
    if (axis) content.unshift(make("figure", { style: "max-width:720px" }, frontPlot(found.front, axis),
      make("figcaption", {}, `The best choices for budgets of ${axis}, by the sum of losses. Filled: the one chosen, which was refined by the error of the outputs; grey: one choice for all ops.`)));
  }
  section("assignment", "Precisions", `Chosen within ${found.budget}, by the sensitivity '${found.sensitivity}', the most sensitive first.`, ...content);
}

function drawMeaning() {
  const terms = [
    ["total", "What the quantized node makes of its inputs in the quantized model, against the float node and its inputs: q(x′) against f(x)."],
    ["inherits", "What the float node would make of the quantized model's inputs: f(x′) against f(x)."],
    ["adds", "The rest: q(x′) against f(x′). The quantizers of a node's inputs and the codes of its weights are the node's own."],
    ["dB", "10 log₁₀ of the power of the reference over that of the difference. 20 dB is a tenth in amplitude; each bit is worth 6 dB."],
    ["clipping, saturation", "Values beyond the codes: in the float model too, or only because earlier errors have driven them there."],
    ["rounding", "Of activations. 'Outlier channel': one channel reaches 8 times as far as the median one. 'Wasted range': less than 70 % of the codes' range is used."],
    ["weights", "Rounding of weights and biases."],
  ];
  section("meaning", "How to read this", "", make("dl", {}, ...terms.flatMap(([term, meaning]) => [make("dt", {}, term), make("dd", {}, meaning)])));
}

function draw() {
  document.getElementById("contents").append(make("ul"));
  drawHead();
  drawDepth();
  drawNodes();
  drawChanges();
  drawTimes();
  drawResidue();
  drawAssignment();
  drawMeaning();
  document.getElementById("made").textContent = `${report.compiler}; model ${report.model_hash.slice(0, 16)}…`;
  const download = document.getElementById("download");
  download.href = URL.createObjectURL(new Blob([JSON.stringify(report, null, 2)], { type: "application/json" }));
  download.download = `${report.model}.report.json`;
  const target = /^#node-(\d+)$/.exec(location.hash);
  if (target) openNode(Number(target[1]));
}

draw();
