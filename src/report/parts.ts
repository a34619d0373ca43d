import { type Boot, bootDifferences } from "../machine/boot.ts";
import { type Html, html } from "./html.ts";
import type { ProbeCurve } from "./sync-report.ts";

// What the pages of all reports are made of.

export const count = (n: number): string => n.toLocaleString("en-US");
export const many = (n: number, one: string, more = `${one}s`): string => `${count(n)} ${n === 1 ? one : more}`;

/** Rows that are shown at once; the others are behind a click. */
export const ROWS = 50;

/** A table that scrolls in itself where the screen is narrow; `head` are cells. */
export function table(label: string, head: Html, rows: readonly Html[], kind?: string): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table${kind && html` class="${kind}"`}>
<thead><tr>${head}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

/** The same, of which only the first rows show until one asks. */
export function longTable(label: string, head: Html, rows: readonly Html[], one: string): Html {
  return html`${table(label, head, rows.slice(0, ROWS))}
${rows.length > ROWS && html`<details><summary>${many(rows.length - ROWS, `more ${one}`)}</summary>${table(label, head, rows.slice(ROWS))}</details>`}`;
}

/** The figures that are looked for first. */
export function tiles(values: readonly (readonly [label: string, value: string])[]): Html {
  return html`<dl class="numbers">${values.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Both values in as many digits as tell them apart. */
export function pair({ expected, actual }: { expected: number; actual: number }): [string, string] {
  const short = [expected, actual].map((n) => String(Number(n.toPrecision(7)))) as [string, string];
  return short[0] === short[1] ? [String(expected), String(actual)] : short;
}

/** The bar that moves all plots of a page, and the map of the whole run. `stop` is what its buttons go to. */
export function plotBar(stop: string, summary: string, legend: readonly string[]): Html {
  return html`<div class="bar">
<div class="buttons" role="group" aria-label="View">
<button type="button" data-do="out" aria-label="Zoom out">−</button>
<button type="button" data-do="in" aria-label="Zoom in">+</button>
<button type="button" data-do="all">All</button>
<button type="button" data-do="previous" aria-label="Previous ${stop}">◂ ${stop}</button>
<button type="button" data-do="next" aria-label="Next ${stop}">${stop} ▸</button>
</div>
<output id="where" aria-live="polite"></output>
</div>
<canvas id="map" tabindex="0" role="application" aria-label="The whole run: ${summary}. Arrow keys move the view, plus and minus zoom, N and P go to the next and previous ${stop}."></canvas>
<ul class="legend">
${legend.map((what) => html`<li class="${what === stop ? "repair" : what}">${what}</li>`)}
</ul>`;
}

export const plotHint = html`<p class="hint">Drag over a plot to zoom in, double-click to see all; Ctrl and the wheel zoom, a sideways wheel or a finger moves. On a focused plot: arrow keys, + and −, Home, End, N and P.</p>
<noscript><p>The plots need JavaScript; everything else on this page does not.</p></noscript>`;

/** One plot; `index` is that of its curve in the page's data, and plots come in that order. */
export function plot({ name, precision, expected, actual }: ProbeCurve, index: number, differs: number): Html {
  const near =
    precision === "exact"
      ? "exact"
      : "step" in precision
        ? `within ${precision.step}`
        : many(precision.decimals, "decimal");
  let known = 0;
  for (let frame = 0; frame < expected.length; frame++) if (!Number.isNaN(actual[frame] ?? Number.NaN)) known++;
  const all = known === expected.length;
  const summary = differs
    ? `differs in ${many(differs, "frame")}${all ? "" : ` of the ${count(known)} known`}`
    : all
      ? "equal in every frame"
      : `equal in the ${many(known, "frame")} that are known`;
  return html`<figure class="plot">
<figcaption><b>${name}</b> <span class="near">${near}, ${summary}</span><output data-values="${index}"></output></figcaption>
<canvas data-plot="${index}" tabindex="0" role="application" aria-label="${name} over ${many(expected.length, "frame")}, expected against actual: ${summary}"></canvas>
</figure>`;
}

/** All that two boots hold, side by side, what differs first. */
export function bootTables(
  a: Boot,
  b: Boot,
  [one, other]: readonly [string, string],
): { differs: Html; alike: Html; count: [number, number] } {
  const differences = bootDifferences(a, b);
  const fields = new Map<string, [string, string]>();
  for (const [side, boot] of [a, b].entries()) {
    for (const [path, value] of flat(boot)) {
      const row = fields.get(path) ?? ["not there", "not there"];
      row[side] = value;
      fields.set(path, row);
    }
  }
  const apart = (path: string): boolean => Object.keys(differences).some((d) => path === d || path.startsWith(`${d}.`));
  const all = [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
  const head = html`<th scope="col">What</th><th scope="col">${one}</th><th scope="col">${other}</th>`;
  const tableOf = (rows: typeof all, differs: boolean): Html =>
    table(
      "Boots",
      head,
      rows.map(
        ([path, [a, b]]) =>
          html`<tr><th scope="row"><code>${path}</code></th>${differs ? html`<td>${a}</td><td><mark>${b}</mark></td>` : html`<td>${a}</td><td>${b}</td>`}</tr>`,
      ),
      "boots",
    );
  const [different, equal] = [all.filter(([path]) => apart(path)), all.filter(([path]) => !apart(path))];
  return { differs: tableOf(different, true), alike: tableOf(equal, false), count: [different.length, equal.length] };
}

function flat(value: unknown, path = ""): [string, string][] {
  if (path === "unpinned") return [];
  if (value === null) return [[path, "none"]];
  if (Array.isArray(value)) return [[path, value.join(", ")]];
  if (typeof value !== "object") return [[path, String(value)]];
  return Object.entries(value as object).flatMap(([key, inner]) => flat(inner, path ? `${path}.${key}` : key));
}
