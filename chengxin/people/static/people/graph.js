/* The relation graph: a node that is clicked brings its neighbours; the list below it does the same
   by keyboard.  Persons are circles, enterprises
   squares, a shared phone or address a diamond; colour is never the only sign: a troubled enterprise has a broken edge and
   its state in words. */

import { refuse } from "../web/page.js";

const LOOK = {
  person: { symbol: "circle", symbolSize: 40, color: "#0052d9" },
  enterprise: { symbol: "roundRect", symbolSize: [46, 32], color: "#00754d" },
  phone: { symbol: "diamond", symbolSize: 30, color: "#a15c00" },
  address: { symbol: "diamond", symbolSize: 30, color: "#a15c00" },
};
const TROUBLE = "#b3261e", CLOSED = "#848c9b";
const CROWDED = 24; // edges; with more of them their words are told at a touch only
const place = document.getElementById("graph");
const open = document.getElementById("graph-open");
const said = document.getElementById("graph-said");
const list = document.getElementById("graph-rows");
const from = new Map();
const nodes = new Map(), edges = new Map(), asked = new Set();
const chart = echarts.init(place);

function troubled(node) {
  return node.kind === "enterprise" && !["", "normal"].includes(node.status);
}

function drawn(node) {
  const look = LOOK[node.kind], first = node.id === place.dataset.about;
  const color = !node.open ? CLOSED : troubled(node) ? TROUBLE : look.color;
  return {
    id: node.id,
    name: node.id,
    symbol: look.symbol,
    symbolSize: first && node.kind === "person" ? 54 : first ? [60, 42] : look.symbolSize,
    itemStyle: { color: asked.has(node.id) ? color : "#fff", borderColor: color, borderWidth: 3, borderType: troubled(node) ? "dashed" : "solid" },
    label: { show: true, position: "bottom", formatter: wrapped(node.name), color: "#1b212c", fontSize: 12, lineHeight: 15, fontWeight: first ? 700 : 400 },
  };
}

/** A long name on lines of ten characters, three at most. */
function wrapped(name) {
  const wide = /[^\x00-\x7f]/.test(name) ? 10 : 22;
  const lines = name.match(new RegExp(`.{1,${wide}}`, "gsu")) ?? [name];
  return lines.length > 3 ? `${lines.slice(0, 3).join("\n")}…` : lines.join("\n");
}

/** Several roles on one edge below each other, two a line. */
function folded(words) {
  const parts = words.split("、");
  return parts.map((part, at) => (at ? (at % 2 ? "、" : "\n") : "") + part).join("");
}

/** How far apart so many nodes lie, so that all of them fit. */
function apart(count) {
  if (count <= 8) return { repulsion: 900, edgeLength: [130, 170], gravity: 0.16 };
  if (count <= 16) return { repulsion: 500, edgeLength: [90, 140], gravity: 0.22 };
  return { repulsion: 380, edgeLength: [90, 300], gravity: 0.18 };
}

function draw() {
  const crowded = edges.size > CROWDED;
  if (crowded && !place.classList.contains("graph-crowded")) {
    place.classList.add("graph-crowded");
    chart.resize();
  }
  chart.setOption({
    animationDurationUpdate: 500,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    series: [{
      type: "graph",
      layout: "force",
      roam: true,
      draggable: true,
      scaleLimit: { min: 0.2, max: 3 },
      force: { ...apart(nodes.size), friction: 0.25, layoutAnimation: !crowded },
      lineStyle: { color: "#848c9b", width: 1.4, curveness: 0 },
      labelLayout: { hideOverlap: crowded },
      edgeLabel: { show: !crowded, fontSize: 11, lineHeight: 14, color: "#3b424f", backgroundColor: "#fafbfc", padding: [1, 3], formatter: (edge) => folded(edge.data.words) },
      emphasis: { focus: "adjacency", label: { show: true }, edgeLabel: { show: true } },
      data: [...nodes.values()].map(drawn),
      links: [...edges.values()],
    }],
  });
}

/** What to ask for a node: its neighbours, or who shares a phone or address with whom it came from. */
function question(key) {
  const shared = ["phone", "address"].includes(nodes.get(key)?.kind);
  return shared
    ? `?about=${encodeURIComponent(from.get(key))}&mark=${encodeURIComponent(key)}`
    : `?about=${encodeURIComponent(key)}`;
}

async function expand(key) {
  if (asked.has(key)) return;
  const answer = await fetch(place.dataset.graph + question(key), { headers: { Accept: "application/json" } });
  const told = await answer.json();
  if (!answer.ok) return refuse(told.reason);
  asked.add(key);
  for (const node of told.nodes) {
    nodes.set(node.id, node);
    if (!from.has(node.id)) from.set(node.id, key);
  }
  for (const { source, target, label } of told.edges) edges.set(`${source} ${target} ${label}`, { source, target, words: label });
  said.textContent = told.said.join("；");
  draw();
  tell();
}

/** The same as a list: one line for each edge, with a button for what is not yet expanded. */
function tell() {
  const held = document.activeElement?.dataset?.key;
  list.replaceChildren(...[...edges.values()].map(({ source, target, words }) => {
    const row = document.createElement("tr"), last = document.createElement("td");
    for (const part of [nodes.get(source)?.name, words, nodes.get(target)?.name]) row.insertCell().textContent = part ?? "";
    for (const key of [source, target]) {
      const node = nodes.get(key);
      if (!node?.open || asked.has(key)) continue;
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn btn-quiet", textContent: `${list.dataset.expand} ${node.name}` });
      button.dataset.key = key;
      button.addEventListener("click", () => expand(key));
      last.append(button);
    }
    for (const key of [source, target]) {
      const node = nodes.get(key);
      if (!node?.open || !place.dataset[node.kind] || key === place.dataset.about) continue;
      const link = document.createElement("a");
      link.href = address(node);
      link.textContent = `${list.dataset.open} ${node.name}`;
      last.append(" ", link);
    }
    row.append(last);
    return row;
  }));
  if (held) list.querySelector("button")?.focus();
}

function address(node) {
  return `${place.dataset[node.kind]}${encodeURIComponent(node.pk)}/`;
}

function offer(node) {
  open.hidden = !node.open || !place.dataset[node.kind] || node.id === place.dataset.about;
  if (open.hidden) return;
  open.querySelector("span").textContent = node.name;
  open.href = address(node);
}

chart.on("click", (event) => {
  const node = event.dataType === "node" && nodes.get(event.data.id);
  if (!node) return;
  offer(node);
  if (node.open) expand(node.id);
});
new ResizeObserver(() => chart.resize()).observe(place);
expand(place.dataset.about);
