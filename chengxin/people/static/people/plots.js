/* Years as grouped columns: <div data-plot="id of a JSON script with {years, series}">.  Every plot
   stands above a table of the same figures. */

const COLOURS = ["#0052d9", "#e37318", "#00754d"];
const text = getComputedStyle(document.documentElement);
const token = (name) => text.getPropertyValue(name).trim();

/** 1,234,567 yuan as a short label of the page's language. */
function short(yuan) {
  return new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 }).format(yuan);
}

for (const place of document.querySelectorAll("[data-plot]")) {
  const { years, series } = JSON.parse(document.getElementById(place.dataset.plot).textContent);
  const chart = echarts.init(place, null, { renderer: "svg" });
  chart.setOption({
    color: COLOURS,
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 8, top: 36, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: token("--ink-2") } },
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, valueFormatter: (yuan) => (yuan === null ? "—" : yuan.toLocaleString()) },
    xAxis: { type: "category", data: years, axisTick: { show: false }, axisLine: { onZero: true, lineStyle: { color: token("--line-strong") } }, axisLabel: { color: token("--ink-3") } },
    yAxis: { type: "value", axisLabel: { color: token("--ink-3"), formatter: short }, splitLine: { lineStyle: { color: token("--line") } } },
    series: series.map(({ name, values }) => ({ name, type: "bar", data: values, barMaxWidth: 34, barGap: "15%" })),
  });
  new ResizeObserver(() => chart.resize()).observe(place);
}
