// Draws the figures of a page. Every chart stands beside a table with the same numbers; the canvas is hidden from readers.
//   <figure data-chart><script type="application/json" data-chart-content>
//     {"kind": "bar" | "line", "labels": […], "series": [{"label", "values", "style", "tone"}], "axis": "…", "zero": false}
//   </script><div class="chart-place"><canvas></canvas></div></figure>
import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js";

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip);

const DASHES = { solid: [], hatched: [], dashed: [7, 4], dotted: [2, 3] };
const POINTS = { solid: "circle", hatched: "rect", dashed: "triangle", dotted: "rectRot" };
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const language = document.documentElement.lang;
const drawn = new Map();

for (const figure of document.querySelectorAll("[data-chart]")) draw(figure);
new MutationObserver(() => drawn.keys().forEach(draw)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });

function draw(figure) {
  drawn.get(figure)?.destroy();
  const { kind, labels, series, axis, fine } = JSON.parse(figure.querySelector("[data-chart-content]").textContent);
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const text = color("--m-muted");
  const grid = color("--tblr-border-color");
  const chart = new Chart(figure.querySelector("canvas"), {
    type: kind,
    data: { labels, datasets: series.map((one) => dataset(kind, one, color(`--m-${one.tone}`))) },
    options: {
      locale: language,
      animation: still ? false : { duration: 250 },
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      font: { family: color("--tblr-body-font-family") },
      plugins: { legend: { position: "bottom", labels: { color: text, usePointStyle: kind === "line", boxWidth: 18 } } },
      scales: {
        x: { ticks: { color: text, maxRotation: 0, autoSkipPadding: 12 }, grid: { display: false } },
        y: { beginAtZero: true, title: { display: true, text: axis, color: text }, ticks: { color: text, ...(fine ? {} : { precision: 0 }) }, grid: { color: grid } },
      },
    },
  });
  drawn.set(figure, chart);
  figure.dataset.drawn = "yes";
}

function dataset(kind, { label, values, style, tone }, color) {
  const common = { label, data: values, borderColor: color };
  if (kind === "bar") return { ...common, backgroundColor: style === "hatched" ? hatch(color) : color, borderWidth: 1 };
  return { ...common, backgroundColor: color, borderWidth: 2, borderDash: DASHES[style], pointStyle: POINTS[style], pointRadius: 4 };
}

function hatch(color) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.strokeStyle = color;
  pen.lineWidth = 1.5;
  for (const start of [-8, 0, 8]) {
    pen.moveTo(start, 8);
    pen.lineTo(start + 8, 0);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat");
}

// Printing: what is folded is opened, and charts fit the paper.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("main details:not([open])")];
  for (const details of folded) details.open = true;
  for (const chart of drawn.values()) chart.resize(640, 240);
});
addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
  for (const chart of drawn.values()) chart.resize();
});
