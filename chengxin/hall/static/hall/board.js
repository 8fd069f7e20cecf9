/* The hall manager's board: asks for what changed when the hall's queue moves, counts the minutes
   since each time, and draws the numbers taken and the waits.  The statistics page uses the drawing. */

import { follow } from "../web/page.js";

const board = document.getElementById("board");
const TOGETHER = 1500; // milliseconds within which moves of the queue make one question
const COUNTED = 60000; // the day's figures are asked for once a minute
const FALL_BACK = 20000; // ask for the state anyway: a wait grows too long without anybody moving
const style = getComputedStyle(document.documentElement);
const token = (name) => style.getPropertyValue(name).trim();

/* ---- what is drawn ------------------------------------------------------------------------- */

function draw(place) {
  const { labels, taken, wait } = JSON.parse(document.getElementById(place.dataset.plot).textContent);
  const chart = echarts.init(place, null, { renderer: "svg" });
  const axis = { type: "value", minInterval: 1, axisLabel: { color: token("--ink-3") } };
  chart.setOption({
    color: [token("--brand"), token("--warn")],
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 8, top: 36, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 12, textStyle: { color: token("--ink-2") } },
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, valueFormatter: (value) => (value === null || value === undefined ? "—" : String(value)) },
    xAxis: { type: "category", data: labels, axisTick: { show: false }, axisLine: { lineStyle: { color: token("--line-strong") } }, axisLabel: { color: token("--ink-3") } },
    yAxis: [{ ...axis, splitLine: { lineStyle: { color: token("--line") } } }, { ...axis, splitLine: { show: false } }],
    series: [
      { name: place.dataset.taken, type: "bar", data: taken, barMaxWidth: 28 },
      { name: place.dataset.wait, type: "line", yAxisIndex: 1, data: wait, symbolSize: 7, lineStyle: { width: 3 }, connectNulls: false },
    ],
  });
  new ResizeObserver(() => chart.resize()).observe(place);
}

function drawAll() {
  for (const place of document.querySelectorAll("[data-plot]")) draw(place);
}

/* ---- what ticks ---------------------------------------------------------------------------- */

/** Minutes and seconds since each `data-since` (unix seconds). */
function tick() {
  const now = Date.now() / 1000;
  for (const place of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor(now - Number(place.dataset.since)));
    const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
    const two = (number) => String(number).padStart(2, "0");
    place.textContent = hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  }
}

/* ---- what comes by itself ------------------------------------------------------------------ */

async function renew(id) {
  const answer = await fetch(board.dataset[id]).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  document.getElementById(id).innerHTML = await answer.text();
  tick();
  if (id === "counted") drawAll();
}

let coming = 0;
function soon() {
  coming ||= setTimeout(() => {
    coming = 0;
    renew("live");
  }, TOGETHER);
}

drawAll();
if (board) {
  const both = () => { renew("live"); renew("counted"); };
  tick();
  setInterval(tick, 1000);
  setInterval(soon, FALL_BACK);
  setInterval(() => renew("counted"), COUNTED);
  follow(board.dataset.stream, { ready: soon, changed: soon }, { resumed: both });
}
