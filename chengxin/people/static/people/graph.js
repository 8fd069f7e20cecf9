/* The relation graph: a node that is clicked brings its neighbours.  Persons are circles,
   enterprises squares; colour is never the only sign: a troubled enterprise has a broken edge and
   its state in words. */

import { refuse } from "../web/page.js";

const LOOK = {
  person: { symbol: "circle", symbolSize: 40, color: "#0052d9" },
  enterprise: { symbol: "roundRect", symbolSize: [46, 32], color: "#00754d" },
};
const TROUBLE = "#b3261e", CLOSED = "#848c9b";
const place = document.getElementById("graph");
const open = document.getElementById("graph-open");
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

function draw() {
  chart.setOption({
    animationDurationUpdate: 500,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    series: [{
      type: "graph",
      layout: "force",
      roam: true,
      draggable: true,
      scaleLimit: { min: 0.4, max: 3 },
      force: { repulsion: 1400, edgeLength: [200, 280], gravity: 0.06, friction: 0.25, layoutAnimation: true },
      lineStyle: { color: "#848c9b", width: 1.4, curveness: 0 },
      edgeLabel: { show: true, fontSize: 11, color: "#59606e", backgroundColor: "#fff", padding: [1, 3], formatter: (edge) => edge.data.words },
      emphasis: { focus: "adjacency" },
      data: [...nodes.values()].map(drawn),
      links: [...edges.values()],
    }],
  });
}

async function expand(key) {
  if (asked.has(key)) return;
  const answer = await fetch(`${place.dataset.graph}?about=${encodeURIComponent(key)}`, { headers: { Accept: "application/json" } });
  const told = await answer.json();
  if (!answer.ok) return refuse(told.reason);
  asked.add(key);
  for (const node of told.nodes) nodes.set(node.id, node);
  for (const { source, target, label } of told.edges) edges.set(`${source} ${target} ${label}`, { source, target, words: label });
  draw();
}

function offer(node) {
  open.hidden = !node.open || node.id === place.dataset.about;
  open.querySelector("span").textContent = node.name;
  open.href = `${place.dataset[node.kind]}${encodeURIComponent(node.pk)}/`;
}

chart.on("click", (event) => {
  const node = event.dataType === "node" && nodes.get(event.data.id);
  if (!node) return;
  offer(node);
  if (node.open) expand(node.id);
});
new ResizeObserver(() => chart.resize()).observe(place);
expand(place.dataset.about);
