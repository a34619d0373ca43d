import type { SlpDifference } from "../movie/slp/compare.ts";
import type { SlpDiff } from "../movie/slp/diff.ts";
import { stageName } from "../movie/slp/names.ts";
import type { Slp } from "../movie/slp/reader.ts";
import { sayDifference } from "../movie/slp/say.ts";
import { summarize } from "../movie/slp/summary.ts";
import { verifySlp } from "../movie/slp/verify.ts";
import { type Html, html } from "./html.ts";
import { writePage } from "./page.ts";
import { count, longTable, many, table, tiles } from "./parts.ts";
import { type SlpViewData, slpViewData } from "./slp-data.ts";
import { slpStyle } from "./slp-style.ts";
import { slpScript } from "./slp-view.ts";

/** One Slippi recording, or two of one match and where they part. Text may come from anywhere: it is shown as text. */
export interface SlpReport {
  readonly a: Slp;
  readonly b?: Slp;
  readonly diff?: SlpDiff;
  readonly command: string;
}

/** The report as one HTML file that needs nothing but itself. */
export function writeSlpReport(report: SlpReport): string {
  const { a, b, diff } = report;
  const data = slpViewData(a, b, diff);
  const check = verifySlp(a);
  const name = a.file.split(/[/\\]/).at(-1)!;
  const other = b?.file.split(/[/\\]/).at(-1);
  return writePage({
    kind: diff ? "Slippi comparison" : "Slippi recording",
    title: `${other ? `${name} and ${other}` : name}: ${stageName(a.start.stage)}`,
    verdict: diff
      ? verdictOf(diff)
      : { ok: check.holds, word: check.holds ? "Sound." : "Not sound.", text: soundness(check) },
    top: diff
      ? tiles([
          ["frames compared", count(diff.compared)],
          ["frames that differ", count(diff.differing)],
          ["first difference", diff.first[0] ? String(diff.first[0].frame) : "none"],
          [
            "parted first",
            diff.order ? { "rng first": "RNG", "values first": "values", "same frame": "both" }[diff.order] : "none",
          ],
          ["settings that differ", count(diff.settings.length)],
        ])
      : tiles([
          ["frames", count(a.rows)],
          ["seconds", (a.rows / 60).toFixed(1)],
          ["Slippi", a.start.version],
          ["frames sent again", count(a.resent.length)],
          ["seeds checked", count(check.seeds.checked)],
        ]),
    sections: [
      player(report, data),
      diff && why(diff),
      diff && firstFrame(diff),
      diff && settings(diff),
      players(report),
      facts(report),
    ],
    view: { script: slpScript, data, style: slpStyle },
  });
}

function verdictOf(diff: SlpDiff): { ok: boolean; text: string } {
  const { same, compared, first, differing, cause } = diff;
  if (same) return { ok: true, text: `All ${count(compared)} frames that both recordings hold are equal, bit by bit.` };
  if (first.length === 0)
    return {
      ok: false,
      text: `Every frame is equal, and ${many(diff.settings.length, "setting")} of the game ${diff.settings.length === 1 ? "differs" : "differ"}.`,
    };
  const reason = cause ? ` Why: ${cause.what} (${cause.likely}).` : "";
  return {
    ok: false,
    text: `They part at frame ${first[0]!.frame}; ${many(differing, "frame")} of ${count(compared)} ${differing === 1 ? "differs" : "differ"}.${reason}`,
  };
}

function soundness({ state, frames, faults, missing, seeds }: ReturnType<typeof verifySlp>): string {
  const wrong = [
    missing.length > 0 && `${many(missing.length, "gap")} in its frames`,
    faults.length > 0 && many(faults.length, "fault"),
    seeds.wrong.length > 0 && `${many(seeds.wrong.length, "seed")} that nothing leads to`,
  ].filter(Boolean);
  return `The file is ${state} and holds ${many(frames, "frame")}${wrong.length > 0 ? `; ${wrong.join(", ")}` : ", which follow each other"}.`;
}

/** The picture and what moves it. */
function player({ b }: SlpReport, { tracks, differing }: SlpViewData): Html {
  const stop = b ? "difference" : "lost stock";
  const card = (t: number, side: number): Html => {
    const { port, name } = tracks[t]!;
    const whose = b ? (side === 0 ? ", first recording" : ", second one") : "";
    return html`<div class="pad" data-track="${t}" data-side="${side}"><h3><span class="port p${port}">${port}</span> ${name}<span class="soft">${whose}</span></h3>
<output></output><canvas aria-hidden="true"></canvas></div>`;
  };
  return html`<section aria-labelledby="play"><h2 id="play">The game from the side</h2>
<canvas id="stage" role="img" aria-label="The stage from the side, with all characters and items"></canvas>
<div class="bar">
<div class="buttons" role="group" aria-label="Play">
<button type="button" data-do="play">Play</button>
<button type="button" data-do="back" aria-label="One frame back">−1</button>
<button type="button" data-do="on" aria-label="One frame on">+1</button>
<button type="button" data-do="previous" aria-label="Previous ${stop}">◂ ${stop}</button>
<button type="button" data-do="next" aria-label="Next ${stop}">${stop} ▸</button>
<label class="soft">Speed <select id="speed"><option value="0.1">1/10</option><option value="0.25">1/4</option><option value="1" selected>1</option><option value="2">2</option><option value="4">4</option></select></label>
</div>
<output id="where" aria-live="off"></output>
</div>
<canvas id="seek" tabindex="0" role="slider" aria-label="Frame. Arrow keys move by one, with Shift by 60, N and P go to the next and previous ${stop}, Space plays." aria-valuenow="0"></canvas>
<ul class="legend">${b && html`<li class="differs">differs${differing.length > 0 && ` (${many(differing.length, "frame")})`}, second recording dashed</li>`}<li class="lost">stock lost</li></ul>
<div class="pads${b ? " two" : ""}">${tracks.map((_, t) => html`${card(t, 0)}${b && card(t, 1)}`)}</div>
<noscript><p>The picture needs JavaScript; everything else on this page does not.</p></noscript>
</section>`;
}

const goTo = (frame: number): Html => html`<button type="button" class="goto" data-frame="${frame}">${frame}</button>`;

function why({ cause, shift, ports, notes }: SlpDiff): Html | undefined {
  if (!cause && notes.length === 0) return undefined;
  return html`<section aria-labelledby="why"><h2 id="why">Why they part</h2>
${
  cause &&
  html`<article><h3>${cause.what} <span class="soft">${cause.likely}, class ${cause.class}${cause.rows.length > 0 && ` (${cause.rows.join(", ")} in the table of desyncs)`}</span></h3>
<ul>${cause.evidence.map((line) => html`<li>${line}</li>`)}</ul></article>`
}
${shift !== undefined && html`<p>From there on the second one plays what the first one does, ${many(Math.abs(shift), "frame")} ${shift > 0 ? "later" : "earlier"}.</p>`}
${ports && html`<p>Ports: ${ports.map(([from, to]) => `${from} is ${to} in the second one`).join(", ")}.</p>`}
${notes.length > 0 && html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
</section>`;
}

function firstFrame({ first, firstSeed, firstValue }: SlpDiff): Html | undefined {
  if (first.length === 0) return undefined;
  const row = (one: SlpDifference): Html =>
    html`<tr><th scope="row">${placeOf(one)}</th><td><code>${one.field}</code></td><td class="n">${sayValue(one.expected)}</td><td class="n reading"><b>${sayValue(one.actual)}</b></td></tr>`;
  return html`<section aria-labelledby="first"><h2 id="first">The first frame that differs: ${goTo(first[0]!.frame)}</h2>
<p>In the order in which the game wrote it: seeds and pads before the step, items, the stage, what came of it.${firstSeed && ` The first seed that differs is in frame ${firstSeed.frame}${firstSeed.draws === undefined ? "" : `, ${many(Math.abs(firstSeed.draws), "draw")} too ${firstSeed.draws < 0 ? "few" : "many"}`}.`}${firstValue && ` The first value that differs is in frame ${firstValue.frame}: ${sayDifference(firstValue)}.`}</p>
${longTable("Values of the first frame that differs", html`<th scope="col">Where</th><th scope="col">Field</th><th scope="col" class="n">First recording</th><th scope="col" class="n">Second</th>`, first.map(row), "value")}
</section>`;
}

function placeOf({ where, port, follower, spawn }: SlpDifference): string {
  if (where === "start") return "frame start";
  if (where === "item") return spawn === undefined ? "items" : `item ${spawn}`;
  if (where === "frame" || where === "stage") return where;
  return `port ${port}${follower ? "'s follower" : ""}, ${where === "pre" ? "before" : "after"} the step`;
}

const sayValue = (value: number | string | undefined): string =>
  value === undefined ? "not there" : Object.is(value, -0) ? "-0" : String(value);

function settings({ settings }: SlpDiff): Html | undefined {
  if (settings.length === 0) return undefined;
  return html`<section aria-labelledby="settings"><h2 id="settings">Settings that differ</h2>
${table(
  "Settings that differ",
  html`<th scope="col">Setting</th><th scope="col">First recording</th><th scope="col">Second</th>`,
  settings.map(
    ({ field, expected, actual }) =>
      html`<tr><th scope="row">${field}</th><td>${expected}</td><td><mark>${actual}</mark></td></tr>`,
  ),
)}</section>`;
}

function players({ a }: SlpReport): Html {
  const { players } = summarize(a);
  return html`<section aria-labelledby="players"><h2 id="players">Players</h2>
${table(
  "Players",
  html`<th scope="col" class="n">Port</th><th scope="col">Character</th><th scope="col">Name</th><th scope="col">Controller fix</th><th scope="col" class="n">Stocks</th><th scope="col" class="n">Percent</th><th scope="col">Stocks lost at</th>`,
  players.map(({ port, character, name, kind, stocksAtStart, stocksAtEnd, percentAtEnd, stocksLost }) => {
    const { dashback, shieldDrop } = a.start.players.find((player) => player.port === port)!;
    const fix = dashback === shieldDrop ? (dashback ?? "not said") : `dash back ${dashback}, shield drop ${shieldDrop}`;
    return html`<tr><th scope="row" class="n">${port}</th><td>${character}</td><td>${name ?? kind}</td><td>${fix}</td><td class="n">${stocksAtEnd ?? "?"} of ${stocksAtStart}</td><td class="n">${percentAtEnd?.toFixed(1) ?? "?"}</td><td>${stocksLost.map((frame, i) => html`${i > 0 && ", "}${goTo(frame)}`)}</td></tr>`;
  }),
)}</section>`;
}

function facts({ a, b, command }: SlpReport): Html {
  const { start } = a;
  const onOff = (on: boolean | undefined): string => (on === undefined ? "not said" : on ? "on" : "off");
  const { startedAt, playedOn, console: nick, online, end, leftBy } = summarize(a);
  const rows: [string, string | undefined][] = [
    [b ? "First recording" : "Recording", a.file],
    ["Second recording", b?.file],
    ["Stage", stageName(start.stage)],
    [
      "Played",
      [startedAt, playedOn && `on ${playedOn}`, nick, online === undefined ? undefined : online ? "online" : "offline"]
        .filter(Boolean)
        .join(", "),
    ],
    ["Mode", `${start.mode}${start.teams ? ", teams" : ""}`],
    ["PAL", onOff(start.pal)],
    ["Frozen Stadium", onOff(start.frozenStadium)],
    ["Seed before the start", `0x${start.seed.toString(16).padStart(8, "0")}`],
    ["End", end && `${end}${leftBy ? `, left by port ${leftBy}` : ""}`],
    ["Damage", a.damage],
  ];
  return html`<section aria-labelledby="facts"><h2 id="facts">Recording and game</h2>
<dl class="facts">${rows.map(([label, value]) => value !== undefined && value !== "" && html`<dt>${label}</dt><dd>${value}</dd>`)}<dt>Command</dt><dd><code>${command}</code></dd></dl>
</section>`;
}
