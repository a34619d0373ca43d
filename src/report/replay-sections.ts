import { drawsAhead } from "../replay/draws.ts";
import type { Cause } from "../replay/explain.ts";
import type { Parting } from "../replay/restorer.ts";
import { equalReading, type Readings } from "../watch/readings.ts";
import { type Html, html } from "./html.ts";
import { bootTables, count, longTable, many, pair, plot, plotBar, plotHint, table } from "./parts.ts";
import type { ReplayReport, Worked } from "./replay-report.ts";

const goTo = (frame: number): Html =>
  html`<button type="button" class="goto" data-frame="${frame}">${count(frame)}</button>`;

/** Why it parted: the likeliest cause with what speaks for it, then the others. */
export function reason({ explanation, playback }: ReplayReport): Html | undefined {
  if (!explanation) return undefined;
  const { visible, others } = explanation;
  const late = visible !== undefined && visible > explanation.frame + 1;
  const one = (cause: Cause, heading: Html): Html => html`<article>${heading}
<ul>${cause.evidence.map((line) => html`<li>${line}</li>`)}</ul>
<p>Cure: ${cause.advice}.</p></article>`;
  return html`<section aria-labelledby="why"><h2 id="why">${playback.first ? "Why it parted" : "What differed unseen"}</h2>
${late && html`<p>The first sign is at frame ${goTo(explanation.frame)}, ${many(visible - explanation.frame, "frame")} before anything that is watched differs (frame ${goTo(visible)}).</p>`}
${one(explanation, html`<h3>${explanation.what} <span class="soft">${explanation.likely}</span></h3>`)}
${others.map((cause) => one(cause, html`<h3>${cause.what} <span class="soft">${cause.likely}, from frame ${count(cause.frame)} on</span></h3>`))}
</section>`;
}

/** Frames before and after the first difference that are shown. */
const AROUND = 10;

/** Readings around the first difference, expected and actual. */
export function around({ replay, playback, readings }: ReplayReport): Html | undefined {
  const { profile, readings: recorded } = replay;
  if (!profile || !playback.first || !readings) return undefined;
  const at = playback.first.frame;
  const first = Math.max(readings.first, profile.from, at - AROUND);
  const end = Math.min(at + AROUND + 1, recorded.length, readings.first + readings.count);
  const expected = recorded.slice(first, end - first);
  const rows = Array.from({ length: end - first }, (_, i) => first + i);
  const cell = (frame: number, p: number): Html => {
    const [want, got] = [valueAt(expected, frame, p), valueAt(readings, frame, p)];
    const probe = profile.probes[p]!;
    if (equalReading(probe, want, got)) return html`<td class="n">${pair({ expected: want, actual: want })[0]}</td>`;
    const [a, b] = pair({ expected: want, actual: got });
    return html`<td class="n reading">${a} <span class="arrow">but</span> <b>${b}</b></td>`;
  };
  const polls = (frame: number): Html => {
    const [want, got] = [expected.polls[frame - first]!, readings.polls[frame - readings.first]!];
    if (want === got) return html`<td class="n">${want}</td>`;
    return html`<td class="n reading">${want} <span class="arrow">but</span> <b>${got}</b></td>`;
  };
  const print = (frame: number): Html => {
    const same = expected.prints[frame - first] === readings.prints[frame - readings.first];
    return html`<td>${same ? "equal" : html`<b class="bad">differs</b>`}</td>`;
  };
  return html`<section aria-labelledby="around"><h2 id="around">Around the first difference</h2>
<p>What was recorded, and what was read here where that is another value. A frame that polled 0 times is a lag frame.</p>
${table(
  "Readings around the first difference",
  html`<th scope="col" class="n">Frame</th>${profile.probes.map(({ name }) => html`<th scope="col" class="n">${name}</th>`)}<th scope="col" class="n">polls</th>${profile.fingerprint && html`<th scope="col">fingerprint</th>`}`,
  rows.map(
    (frame) =>
      html`<tr${frame === at && html` class="here"`}><th scope="row" class="n">${goTo(frame)}</th>${profile.probes.map((_, p) => cell(frame, p))}${polls(frame)}${profile.fingerprint && print(frame)}</tr>`,
  ),
)}
</section>`;
}

function valueAt(readings: Readings, frame: number, p: number): number {
  const width = readings.values.length / readings.count;
  return readings.values[(frame - readings.first) * width + p]!;
}

/** Every probe over the whole recording. */
export function curves({ playback, replay }: ReplayReport, { probes, parted, differing }: Worked): Html | undefined {
  if (!replay.profile) return undefined;
  const stop = playback.repairs.length > 0 ? "repair" : "difference";
  return html`<section aria-labelledby="readings"><h2 id="readings">Readings</h2>
<p>What was recorded (expected) against what was read here (actual), frame by frame. ${
    probes.length === 0 && "No probe is watched; the fingerprint of memory alone tells where it differs. "
  }${many(parted.length, "frame")} of ${count(playback.compared)} ${parted.length === 1 ? "differs" : "differ"}${playback.repairs.length > 0 && " before the repair"}.</p>
${plotBar(stop, `${many(parted.length, "frame")} differ`, ["expected", "actual", "differs", stop])}
${probes.map((probe, i) => plot(probe, i, differing[i]!.length))}
${plotHint}
</section>`;
}

/** What the RNGs drew, and where they drew otherwise. */
export function draws({ replay, playback }: ReplayReport, { probes, draws, differing }: Worked): Html | undefined {
  const { profile } = replay;
  if (!profile || profile.rng.length === 0) return undefined;
  const notes = playback.notes?.partings ?? [];
  // What was not put back stays as it is: only changes are told.
  const left = new Map<string, number | undefined>();
  const rows = notes.flatMap((parting): Html[] => {
    const spec = profile.rng.find(({ name }) => name === parting.entry);
    if (!spec || parting.frame <= profile.from) return [];
    const ahead = drawsAhead(spec, parting.expected, parting.actual);
    const known = left.has(spec.name) && left.get(spec.name) === ahead;
    if (parting.restored) left.delete(spec.name);
    else left.set(spec.name, ahead);
    if (known) return [];
    const said =
      ahead === undefined
        ? "no count leads there"
        : `${many(Math.abs(ahead), "draw")} too ${ahead < 0 ? "few" : "many"}`;
    return [
      html`<tr><th scope="row" class="n">${goTo(parting.frame)}</th><td>${parting.entry}</td><td>${times(parting)}</td><td>${said}</td>${bytesCells(parting)}</tr>`,
    ];
  });
  return html`<section aria-labelledby="draws"><h2 id="draws">Random numbers</h2>
<p>${
    draws.length === 0
      ? "The profile names no algorithm, so that draws cannot be counted. "
      : "Draws in each frame, as recorded (expected) and here (actual), as far as the notes of the playback reach. "
  }${rows.length === 0 && "Every state was as recorded."}</p>
${draws.map((curve, i) => plot(curve, probes.length + i, differing[probes.length + i]!.length))}
${
  rows.length > 0 &&
  longTable(
    "Draws too many and too few",
    html`<th scope="col" class="n">Frame</th><th scope="col">RNG</th><th scope="col">Before</th><th scope="col">Draws</th><th scope="col">Recorded</th><th scope="col">Here</th><th scope="col">Put back</th>`,
    rows,
    "moment",
  )
}
</section>`;
}

const times = ({ moment, n }: Parting): string => (n > 0 ? `${moment}, the ${n + 1}. time` : moment);

function bytesCells({ expected, actual, restored }: Parting): Html {
  return html`<td><code>${bytes(expected)}</code></td><td><code>${bytes(actual)}</code></td><td>${restored ? "yes" : "no"}</td>`;
}

/** Bytes that are shown of an entry. */
const SHOWN = 24;

function bytes(data: Uint8Array): string {
  const text = Buffer.from(data.subarray(0, SHOWN))
    .toString("hex")
    .replace(/..(?=.)/g, "$& ");
  return data.length > SHOWN ? `${text} and ${data.length - SHOWN} more` : text;
}

/** What was found other than recorded, by entry and moment; counts of moments and events that differ. */
export function captures({ replay, playback }: ReplayReport): Html | undefined {
  const { notes } = playback;
  if (!replay.profile || !notes) return undefined;
  const groups = new Map<string, Parting[]>();
  for (const parting of notes.partings) {
    const key = `${parting.moment}\n${parting.entry}`;
    groups.set(key, [...(groups.get(key) ?? []), parting]);
  }
  const rows = [...groups.values()].map(([first, ...more]) => {
    const { entry, frame } = first!;
    return html`<tr><th scope="row">${entry}</th><td>${first!.moment}</td><td class="n">${count(1 + more.length)}</td><td class="n">${goTo(frame)}</td>${bytesCells(first!)}</tr>`;
  });
  const kept = notes.parted > notes.partings.length;
  return html`<section aria-labelledby="captures"><h2 id="captures">Captures</h2>
<p>${count(notes.compared)} captures were compared with the recording's; ${count(notes.parted)} values in them were other than recorded. ${kept && `Only the first ${count(notes.partings.length)} of them are told of here.`}</p>
${
  rows.length > 0 &&
  table(
    "Captures that differ",
    html`<th scope="col">What</th><th scope="col">At</th><th scope="col" class="n">Times</th><th scope="col" class="n">First frame</th><th scope="col">Recorded</th><th scope="col">Here</th><th scope="col">Put back</th>`,
    rows,
  )
}
${
  notes.miscounts.length > 0 &&
  html`<h3>Moments that came more or less often</h3>${longTable(
    "Moments that came more or less often",
    html`<th scope="col" class="n">Frame</th><th scope="col">Moment</th><th scope="col" class="n">Recorded</th><th scope="col" class="n">Here</th>`,
    notes.miscounts.map(
      (m) =>
        html`<tr><th scope="row" class="n">${goTo(m.frame)}</th><td>${m.moment}</td><td class="n">${m.expected}</td><td class="n">${m.actual}</td></tr>`,
    ),
    "frame",
  )}`
}
${events({ replay, playback })}
</section>`;
}

function events({ replay, playback }: Pick<ReplayReport, "replay" | "playback">): Html | undefined {
  const named = replay.profile?.events ?? [];
  if (named.length === 0) return undefined;
  const seen = playback.notes?.seen ?? [];
  const frames = [...new Set([...replay.happenings, ...seen].map(({ frame }) => frame))].sort((a, b) => a - b);
  const of = (list: readonly { frame: number; event: number }[], frame: number): string =>
    list
      .filter((happening) => happening.frame === frame)
      .map(({ event }) => named[event]?.name ?? "?")
      .join(", ") || "none";
  return html`<h3>Events</h3>${
    frames.length === 0
      ? html`<p>None was recorded, and none happened.</p>`
      : longTable(
          "Events",
          html`<th scope="col" class="n">Frame</th><th scope="col">Recorded</th><th scope="col">Here</th>`,
          frames.map(
            (frame) =>
              html`<tr><th scope="row" class="n">${goTo(frame)}</th><td>${of(replay.happenings, frame)}</td><td>${of(seen, frame)}</td></tr>`,
          ),
          "frame",
        )
  }`;
}

/** What the core cannot do of the profile, and at which frames states were loaded. */
export function lacking({ playback }: ReplayReport): Html | undefined {
  const { uncovered, repairs, gaveUp } = playback;
  if (uncovered.length + repairs.length === 0 && !gaveUp) return undefined;
  return html`<section aria-labelledby="lacking"><h2 id="lacking">Not covered, and repaired</h2>
${uncovered.length > 0 && html`<ul class="unpinned">${uncovered.map((what) => html`<li>${what}</li>`)}</ul>`}
${
  repairs.length > 0 &&
  html`<p>The recording's state was loaded at ${many(repairs.length, "frame")}: ${repairs.slice(0, 100).map((frame, i) => html`${i > 0 && ", "}${goTo(frame)}`)}${repairs.length > 100 && ` and ${count(repairs.length - 100)} more`}.</p>`
}
${gaveUp && html`<p>${gaveUp}</p>`}
</section>`;
}

export function boots({ playback }: ReplayReport, { recorded }: Worked): Html {
  if (!recorded)
    return html`<section aria-labelledby="boots"><h2 id="boots">Boots</h2><p>The file does not say what it was recorded with.</p></section>`;
  const { differs, alike, count } = bootTables(recorded, playback.boot, ["Recorded", "Played"]);
  return html`<section aria-labelledby="boots"><h2 id="boots">Boots</h2>
${count[0] ? html`<p>What it was recorded with and what it was played with differ in ${many(count[0], "thing")}.</p>${differs}` : html`<p>It was played with all that it was recorded with.</p>`}
<details><summary>${many(count[1], "thing")} that both have alike</summary>${alike}</details>
</section>`;
}

export function facts({ file, command, replay, playback }: ReplayReport, { recorded }: Worked): Html {
  const { movie, frames, complete, damage, keyframes } = replay;
  const core = (boot: { core: { name: string; version: string } }): string => `${boot.core.name} ${boot.core.version}`;
  const rows: [string, string | undefined][] = [
    ["Recording", file],
    ["Length", `${many(frames, "frame")}, ${movie.length} samples by ${movie.by}`],
    ["State of the file", damage ?? (complete ? "whole" : "it has no end: its writer was killed, or still writes")],
    ["States in it", count(keyframes.length)],
    ["Recorded on", recorded && core(recorded)],
    ["Played on", core(playback.boot)],
    ["Game", movie.rom.name ?? playback.boot.content.name],
    ["SHA-256", movie.rom.sha256 ?? playback.boot.content.sha256],
    ["Patches", patched(replay.recording.patches)],
    ["Profile", replay.profile?.game],
  ];
  return html`<section aria-labelledby="facts"><h2 id="facts">Recording and game</h2>
<dl class="facts">${rows.map(([label, value]) => value !== undefined && value !== "" && html`<dt>${label}</dt><dd>${value}</dd>`)}<dt>Command</dt><dd><code>${command}</code></dd></dl>
</section>`;
}

const patched = (patches: Readonly<Record<string, boolean>> = {}): string =>
  Object.entries(patches)
    .map(([name, on]) => `${name} ${on ? "on" : "off"}`)
    .join(", ");
