"use strict";
// Draws the overview's charts from the table beside them, in the page's colours, whatever they are:
// anew where the system turns light or dark, and as wide as there is room.

const drawn = new Map(); // a chart's element -> its uPlot
const HEIGHT = 190;
const UTC = "Etc/UTC";

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function read(table) {
  const number = (row, name) => (row.dataset[name] === undefined ? null : Number(row.dataset[name]));
  const rows = [...table.tBodies[0].rows];
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const column = (name) => rows.map((row) => number(row, name));
  return { heads, at: column("at"), done: column("done"), failed: column("failed"), ms: column("ms") };
}

const language = document.documentElement.lang;
const dayText = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
const whole = new Intl.NumberFormat(language);
const inSeconds = new Intl.NumberFormat(language, { style: "unit", unit: "second", maximumFractionDigits: 1 });
const inMilliseconds = new Intl.NumberFormat(language, { style: "unit", unit: "millisecond" });

const shownDay = (at) => (at == null ? "" : dayText.format(at * 1000));
const shownNumber = (value) => (value == null ? "" : whole.format(value));
const shownTime = (ms) =>
  ms == null ? "" : ms < 1000 ? inMilliseconds.format(ms) : inSeconds.format(ms / 1000);

function options(element, heads, shown, series) {
  const axis = { stroke: colour("faint"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  return {
    width: element.clientWidth || 300,
    height: HEIGHT,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), UTC),
    cursor: { drag: { x: false, y: false } },
    scales: { x: { range: (_u, first, last) => [first - 43200, last + 43200] }, y: { range: (_u, _min, max) => [0, Math.max(max || 0, 1) * 1.1] } },
    axes: [
      { ...axis, grid: { show: false }, size: 32, values: (_u, values) => values.map(shownDay), space: 60 },
      { ...axis, size: 64, values: (_u, values) => values.map((value) => (Number.isInteger(value) ? shown(value) : "")) },
    ],
    series: [{ label: heads[0], value: (_u, at) => shownDay(at) }, ...series],
  };
}

// Failed ones stand on those that are done: the higher bar is drawn first.
function runs(element, { heads, at, done, failed }) {
  const bars = uPlot.paths.bars({ size: [0.7, 36] });
  const one = (label, name, values) => ({
    label,
    fill: colour(name),
    stroke: colour(name),
    width: 0,
    paths: bars,
    points: { show: false },
    value: (_u, _value, _series, index) => shownNumber(index == null ? null : values[index]),
  });
  const both = done.map((number, index) => number + failed[index]);
  const series = [one(heads[2], "bad", failed), one(heads[1], "good", done)];
  return new uPlot(options(element, heads, shownNumber, series), [at, both, done], element);
}

function times(element, { heads, at, ms }) {
  const series = [{
    label: heads[3],
    stroke: colour("accent"),
    width: 2,
    points: { show: true, size: 6, fill: colour("accent") },
    value: (_u, value) => shownTime(value),
  }];
  return new uPlot(options(element, heads, shownTime, series), [at, ms], element);
}

const CHARTS = { runs, times };

function draw(element) {
  const table = document.getElementById(element.dataset.table);
  if (!table || !window.uPlot) return;
  drawn.get(element)?.destroy();
  drawn.set(element, CHARTS[element.dataset.chart](element, read(table)));
  room.observe(element);
}

const room = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const chart = drawn.get(target);
    if (chart && contentRect.width && Math.abs(chart.width - contentRect.width) >= 1) {
      chart.setSize({ width: contentRect.width, height: HEIGHT });
    }
  }
});

function drawNew() {
  for (const [element, chart] of drawn) {
    if (element.isConnected) continue;
    chart.destroy();
    drawn.delete(element);
    room.unobserve(element);
  }
  for (const element of document.querySelectorAll("[data-chart]")) {
    if (!drawn.has(element)) draw(element);
  }
}

document.addEventListener("htmx:afterSettle", drawNew);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const element of drawn.keys()) draw(element);
});
