/** Draws averages by week with their range, and how many conversations; a table has the same. */

import uPlot from "uplot";
import { all } from "./dom";

interface Weeks {
  /** Begin of each week, in seconds of the epoch. */
  at: number[];
  mean: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  n: number[];
}

/** Numbers of conversations take this share of the height. */
const FOOT = 4;
const HALF_WEEK_S = 302_400;
/** Pixels that the name of a week takes. */
const NAME = 64;

function draw(node: HTMLElement): void {
  const weeks = JSON.parse(node.dataset["chart"] ?? "null") as Weeks | null;
  if (!weeks || weeks.at.length < 2) {
    node.hidden = true;
    return;
  }
  const style = getComputedStyle(node);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const [brand, soft, line] = [colour("--brand"), colour("--soft"), colour("--line")];
  const font = `12px ${colour("--figures")}`;
  const bars = uPlot.paths.bars?.({ size: [0.5, 36] });
  // As the rest of the page: "5 Jan".
  const spoken = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const day = new Intl.DateTimeFormat(spoken, { day: "numeric", month: "short" });
  const axis = { stroke: soft, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  node.replaceChildren();
  const plot = new uPlot(
    {
      width: node.clientWidth - 12,
      height: node.clientHeight - 16,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: true, range: (_, first, last) => [first - HALF_WEEK_S, last + HALF_WEEK_S] },
        y: { range: [0, 100] },
        n: { range: (_, __, most) => [0, Math.max(most, 1) * FOOT] },
      },
      axes: [
        {
          ...axis,
          size: 26,
          grid: { show: false },
          splits: (self) => {
            const each = Math.ceil((weeks.at.length * NAME) / self.width);
            return weeks.at.filter((_, n) => n % each === 0);
          },
          values: (_, at) => at.map((s) => day.format(s * 1000)),
        },
        { ...axis, size: 40 },
      ],
      series: [
        {},
        {
          scale: "n",
          fill: line,
          width: 0,
          points: { show: false },
          ...(bars ? { paths: bars } : {}),
        },
        { stroke: "transparent", points: { show: false } },
        { stroke: "transparent", points: { show: false } },
        { stroke: brand, width: 2, points: { show: true, size: 7, fill: brand } },
      ],
      bands: [{ series: [3, 2], fill: `color-mix(in srgb, ${brand} 22%, transparent)` }],
    },
    [weeks.at, weeks.n, weeks.low, weeks.high, weeks.mean],
    node,
  );
  new ResizeObserver(() => {
    plot.setSize({ width: node.clientWidth - 12, height: node.clientHeight - 16 });
  }).observe(node);
}

function drawAll(): void {
  for (const node of all<HTMLElement>("[data-chart]")) draw(node);
}

drawAll();
// Colours are read when it is drawn.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
