import { html, nothing, type TemplateResult } from "lit";
import "./heat.ts";
import type { Pair } from "../server/compare-main.node.ts";
import type { SentMoment } from "../server/compares.node.ts";
import { count } from "./words.ts";

// What is shown of two runs at a frame.

type Moment = SentMoment | undefined;

export function readings(moment: Moment, frame: number): TemplateResult {
  const rows = moment?.readings ?? [];
  const none = moment ? NOTHING_NAMED : `Both are brought to frame ${count(frame)}.`;
  return html`<section class="card">
    <h2>Readings</h2>
    ${
      rows.length
        ? html`<div class="scroll tall" tabindex="0"><table>
            <thead><tr><th>Value</th><th>Expected</th><th>Actual</th></tr></thead>
            <tbody>${rows.map(
              ({ name, expected, actual, same }) =>
                html`<tr class=${same ? "" : "off"}><td>${name}</td><td class="num">${short(expected)}</td><td class="num">${short(actual)}</td></tr>`,
            )}</tbody>
          </table></div>`
        : html`<p class="soft small">${none}</p>`
    }
  </section>`;
}

export function randomNumbers({ rng }: Pair, moment: Moment): TemplateResult | typeof nothing {
  if (rng.length === 0) return nothing;
  const rows = (moment?.rng ?? []).toReversed();
  return html`<section class="card">
    <h2>Random numbers</h2>
    <div class="scroll tall" tabindex="0"><table>
      <thead><tr><th>Frame</th>${rng.map((name) => html`<th>${name} in A</th><th>in B</th>`)}</tr></thead>
      <tbody>${rows.map(
        ({ frame, a, b }) =>
          html`<tr class=${a.join() === b.join() ? "" : "off"}><td class="num">${count(frame)}</td>${a.map((state, i) => html`<td class="mono">${state}</td><td class="mono">${b[i]}</td>`)}</tr>`,
      )}</tbody>
    </table></div>
  </section>`;
}

export function memory(moment: Moment): TemplateResult {
  return html`<section class="card">
    <h2>Memory</h2>
    ${differingFirst(moment).map(
      (region) => html`<div class="heat">
        <p class="small"><b>${region.name}</b> <span class="soft num">${region.differing ? `${count(region.differing)} bytes differ` : "the same"}</span></p>
        ${region.differing ? html`<studio-heat .region=${region}></studio-heat>` : nothing}
        ${
          region.bytes.length
            ? html`<details><summary class="small">The first ${region.bytes.length}</summary>
                <p class="mono small">${region.bytes.map(({ address, a, b }) => html`$${hex(address)} ${a} → ${b}<br />`)}</p></details>`
            : nothing
        }
      </div>`,
    )}
  </section>`;
}

const differingFirst = (moment: Moment): SentMoment["memory"] =>
  (moment?.memory ?? []).toSorted((a, b) => Number(b.differing > 0) - Number(a.differing > 0));

export function boots({ differences }: Pair): TemplateResult {
  return html`<section class="card">
    <h2>How they were begun</h2>
    ${
      differences.length
        ? html`<div class="scroll tall" tabindex="0"><table><thead><tr><th>What</th><th>A</th><th>B</th></tr></thead>
            <tbody>${differences.map(([what, x, y]) => html`<tr><td>${what}</td><td>${x}</td><td>${y}</td></tr>`)}</tbody></table></div>`
        : html`<p class="soft small">The same core, game, settings and start.</p>`
    }
  </section>`;
}

const NOTHING_NAMED = "Neither was recorded with a profile that names values; memory is compared all the same.";

export const hex = (n: number): string => n.toString(16).padStart(4, "0");
const short = (n: number): string => (Number.isInteger(n) ? String(n) : n.toPrecision(7));
