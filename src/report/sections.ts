import { type Html, html } from "./html.ts";
import { bootTables, count, longTable, many, pair, plot, plotBar, plotHint, ROWS, table, tiles } from "./parts.ts";
import { strip } from "./strip.ts";
import type { SyncReport } from "./sync-report.ts";

/** Frames a second of the video, or undefined when there is none. */
function rateOf({ video }: SyncReport): number | undefined {
  const [num, den = 1] = String(video?.fps ?? "")
    .split("/")
    .map(Number);
  return num && Number.isFinite(num / den) ? num / den : undefined;
}

function clock(frame: number, fps: number | undefined): string {
  if (!fps) return "";
  const seconds = frame / fps;
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${(seconds % 60).toFixed(2).padStart(5, "0")}`;
}

/** The figures that are looked for first. */
export function numbers(data: SyncReport): Html {
  const { video } = data;
  const values: [string, string][] = [
    ["frames", count(video?.frames ?? Math.max(0, ...data.probes.map((p) => p.expected.length - 1)))],
    ["repairs", count(data.repairs.length)],
    ["seams", count(data.seams.length)],
  ];
  if (video) values.push(["picture", `${video.width} × ${video.height}`]);
  const fps = rateOf(data);
  if (video && fps) values.push(["length", clock(video.frames, fps)]);
  values.push(["frames a second", count(Math.round(data.fps))]);
  return tiles(values);
}

export function readings({ probes, mismatches, repairs, seams }: SyncReport, differing: readonly number[][]): Html {
  const any = probes.length + mismatches.length + repairs.length + seams.length > 0;
  return html`<section aria-labelledby="readings"><h2 id="readings">Readings</h2>
<p>What the native run read (expected) against what the target run read (actual), frame by frame. ${
    probes.length === 0 && "No probe was watched; the fingerprint of memory alone told where the runs parted. "
  }${mismatches.length > 0 && html`Fingerprints differed in ${many(mismatches.length, "frame")}. `}</p>
${
  any &&
  html`${plotBar("repair", `${many(repairs.length, "repair")}, ${many(seams.length, "seam")}`, ["expected", "actual", "differs", "repair", "seam"])}
${probes.map((probe, i) => plot(probe, i, differing[i]!.length))}
${plotHint}`
}
</section>`;
}

export function repairs(data: SyncReport): Html {
  const fps = rateOf(data);
  const head = html`<th scope="col" class="n">Frame</th>${fps && html`<th scope="col" class="n">Time</th>`}<th scope="col">Expected and actual</th><th scope="col">Cause</th>`;
  const rows = data.repairs.map(
    (repair) =>
      html`<tr><th scope="row" class="n"><button type="button" class="goto" data-frame="${repair.frame}">${count(repair.frame)}</button></th>${
        fps && html`<td class="n">${clock(repair.frame, fps)}</td>`
      }<td>${
        repair.probes.length
          ? repair.probes.map(
              (p) =>
                html`<div class="reading"><code>${p.name}</code> ${pair(p)[0]} <span class="arrow">but</span> <b>${pair(p)[1]}</b></div>`,
            )
          : "fingerprint"
      }</td><td>${repair.cause}</td></tr>`,
  );
  return html`<section aria-labelledby="repairs"><h2 id="repairs">Repairs</h2>
${
  data.repairs.length === 0
    ? html`<p>None was needed: the target run never parted from the native one.</p>`
    : html`<p>Where the target run parted, the native run's state of that frame was loaded.</p>${longTable("Repairs", head, rows, "repair")}`
}
</section>`;
}

export function seams(data: SyncReport): Html {
  const fps = rateOf(data);
  const one = (seam: SyncReport["seams"][number]): Html => html`<article${seam.fits === false && html` class="unfit"`}>
<h3>Frame ${count(seam.frame)} <span class="soft">${fps && clock(seam.frame, fps)}</span></h3>
<p>${seam.fits === false && html`<strong>May show.</strong> `}The video goes over to the repaired run after ${
    seam.offset === 0 ? "no frame" : many(seam.offset, "frame")
  }: ${seam.reason}</p>
${strip(seam)}
<dl class="proof">${leaves(seam.proof).map(([key, value]) => html`<div><dt>${key}</dt><dd>${value}</dd></div>`)}</dl>
</article>`;
  return html`<section aria-labelledby="seams"><h2 id="seams">Seams</h2>
${data.seams.length === 0 && html`<p>None: the video is one run from its start to its end.</p>`}
${data.seams.slice(0, ROWS).map(one)}
${data.seams.length > ROWS && html`<details><summary>${many(data.seams.length - ROWS, "more seam")}</summary>${data.seams.slice(ROWS).map(one)}</details>`}
</section>`;
}

const words = (name: string): string => name.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);

/** The values in an object by their path, such as "jump mean"; what is told elsewhere is left out. */
function leaves(value: unknown, path = ""): [string, string][] {
  if (value === null || value === undefined) return [[path, "none"]];
  if (typeof value === "number")
    return [[path, Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)))]];
  if (typeof value === "boolean") return [[path, value ? "yes" : "no"]];
  if (typeof value !== "object") return [[path, String(value)]];
  return Object.entries(value)
    .filter(([key]) => path || (key !== "reason" && key !== "fits"))
    .flatMap(([key, inner]) => leaves(inner, `${path} ${words(key)}`.trim()));
}

export function boots({ boots: { native, target } }: SyncReport): Html {
  const { differs, alike, count } = bootTables(native, target, ["Native", "Target"]);
  return html`<section aria-labelledby="boots"><h2 id="boots">Boots</h2>
${count[0] ? html`<p>Native and target differ in ${many(count[0], "thing")}.</p>${differs}` : html`<p>Native and target have equal boots: all that parted was due to faults on the way.</p>`}
<details><summary>${many(count[1], "thing")} that both have alike</summary>${alike}</details>
</section>`;
}

export function speed({ seconds, fps, video, audio }: SyncReport): Html {
  const steps = Object.entries(seconds).filter(([, s]) => s !== undefined) as [string, number][];
  const longest = Math.max(1e-9, ...steps.map(([, s]) => s));
  return html`<section aria-labelledby="speed"><h2 id="speed">Speed and length</h2>
<table class="speed"><tbody>${steps.map(
    ([step, s]) =>
      html`<tr><th scope="row">${step}</th><td class="n">${s.toFixed(1)} s</td><td class="meter"><meter min="0" max="${longest}" value="${s}" aria-label="${step}"></meter></td></tr>`,
  )}</tbody></table>
<p>${count(Math.round(fps))} frames a second over all.${video && html` The video has ${count(video.frames)} frames of ${video.width} × ${video.height} at ${video.fps} a second${audio && html`, and ${count(audio.samples)} samples of sound at ${count(audio.rate)} Hz`}.`}</p>
</section>`;
}

export function pins({ pinned, unpinned }: SyncReport): Html {
  return html`<section aria-labelledby="pins"><h2 id="pins">Pinned, and not</h2>
${table(
  "What was pinned",
  html`<th scope="col">What</th><th scope="col">Value</th><th scope="col">How</th>`,
  pinned.map(({ what, value, how }) => html`<tr><th scope="row">${what}</th><td>${value}</td><td>${how}</td></tr>`),
)}
${unpinned.length ? html`<h3>Could not be pinned</h3><ul class="unpinned">${unpinned.map((what) => html`<li>${what}</li>`)}</ul>` : html`<p>Nothing that is known was left unpinned.</p>`}
</section>`;
}

export function facts({ movie, rom, command }: SyncReport): Html {
  const rows: [string, string | number][] = [
    ...Object.entries(movie),
    ["ROM", `${rom.name}, ${count(rom.size)} bytes`],
    ["SHA-256", rom.sha256],
  ];
  return html`<section aria-labelledby="facts"><h2 id="facts">Movie and game</h2>
<dl class="facts">${rows.map(([label, value]) => html`<dt>${label}</dt><dd>${typeof value === "number" ? count(value) : value}</dd>`)}<dt>Command</dt><dd><code>${command}</code></dd></dl>
</section>`;
}

export function files({ files }: SyncReport): Html {
  return html`<section aria-labelledby="files"><h2 id="files">Files</h2>
<ul>${files.map((file) => html`<li><code>${file}</code></li>`)}</ul></section>`;
}
