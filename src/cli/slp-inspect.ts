import { type Command, InvalidArgumentError, Option } from "commander";
import { writeWhole } from "../follow/job.node.ts";
import { readInput } from "../follow/open-run.node.ts";
import { drawsBetween } from "../movie/slp/lcg.ts";
import { readSlp, type Slp } from "../movie/slp/reader.ts";
import { isOnline, seedsOf } from "../movie/slp/seeds.ts";
import { itemsOf, type PlayerSummary, type SlpSummary, summarize } from "../movie/slp/summary.ts";
import { Problem } from "../problem.ts";
import { writeSlpReport } from "../report/slp-report.ts";
import { example, jsonOption } from "./options.ts";
import { commandLine } from "./sync-report.ts";

interface InspectFlags {
  frame?: number;
  rng?: boolean;
  items?: boolean;
  report?: string;
  json?: boolean;
}

export function addInspect(slp: Command): void {
  const command = slp
    .command("inspect")
    .argument("<file>", "a Slippi recording (.slp)")
    .description(
      "Prints what a recording holds: the game, its settings, who played, and all of a frame where one asks.",
    )
    .addOption(
      new Option("--frame <n>", "also every value of that frame; the timer starts at 0, games at -123").argParser(
        frameNumber,
      ),
    )
    .option("--rng", "also the seeds of each frame, and how many numbers were drawn between them")
    .option("--items", "also a line for each item")
    .option("--report <file>", "also write a page of HTML that plays it, seen from the side")
    .addOption(jsonOption())
    .action(run);
  example(command, "instep slp inspect game.slp", "instep slp inspect game.slp --frame 1200 --json");
}

function frameNumber(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError("A frame's number is meant, such as -123 or 1200.");
  return Number(text);
}

async function run(file: string, flags: InspectFlags): Promise<void> {
  const slp = readSlp(file, await readInput(file));
  const summary = summarize(slp);
  const frame = flags.frame === undefined ? undefined : frameOf(slp, flags.frame);
  if (flags.report !== undefined) writeWhole(flags.report, writeSlpReport({ a: slp, command: commandLine() }));
  if (flags.json) {
    const seeds = flags.rng && Array.from({ length: slp.rows }, (_, row) => [...seedsOf(slp, row)]).flat();
    const items = flags.items && itemsOf(slp);
    const { start, end, metadata } = slp;
    console.log(
      JSON.stringify({
        file,
        ...summary,
        settings: start,
        gameEnd: end,
        metadata,
        ...(frame && { frame }),
        ...(seeds && { seeds }),
        ...(items && { itemList: items }),
      }),
    );
    return;
  }
  for (const line of told(slp, summary)) console.log(line);
  if (frame)
    for (const [what, values] of Object.entries(frame))
      if (what !== "frame") console.log(valuesTold(what, values as object));
  if (flags.rng) for (const line of seedsTold(slp)) console.log(line);
  if (flags.items)
    for (const { spawn, type, first, last, owner } of itemsOf(slp))
      console.log(
        `item ${spawn ?? "?"}: type ${type}, frames ${first} to ${last}${owner === undefined ? "" : owner === 0 ? ", nobody's" : `, of port ${owner}`}`,
      );
}

/** All that a frame holds, by event. */
function frameOf(slp: Slp, frame: number): Record<string, unknown> {
  const row = frame - slp.first;
  if (row < 0 || row >= slp.rows)
    throw new Problem(`${slp.file}: has no frame ${frame}; choose one from ${slp.first} to ${slp.last}`);
  const out: Record<string, unknown> = { frame };
  const put = (name: string, values: object | undefined): void => {
    if (values) out[name] = values;
  };
  put("frame start", slp.frames?.row(row));
  for (const { port, follower, pre, post } of slp.tracks) {
    const who = `port ${port}${follower ? "'s follower" : ""}`;
    put(`${who} before`, pre.row(row));
    put(`${who} after`, post.row(row));
  }
  const { first, count } = slp.itemsOf(row);
  for (let i = 0; i < count; i++) put(`item ${i + 1}`, slp.items!.row(first + i));
  put("frame end", slp.bookends?.row(row));
  return out;
}

const valuesTold = (what: string, values: object): string =>
  `${what}: ${Object.entries(values)
    .map(([name, value]) => `${name} ${name === "seed" ? hex(value) : Number(value.toPrecision(7))}`)
    .join(", ")}`;

const hex = (seed: number): string => `0x${seed.toString(16).padStart(8, "0")}`;

function* seedsTold(slp: Slp): Generator<string> {
  const online = isOnline(slp);
  let before: number | undefined;
  for (let row = 0; row < slp.rows; row++) {
    const said = [...seedsOf(slp, row)].map(({ where, seed }) => {
      const drawn =
        before === undefined || (online && where === "frame start") ? "" : ` (+${drawsBetween(before, seed)})`;
      before = seed;
      return `${where} ${hex(seed)}${drawn}`;
    });
    yield `frame ${slp.first + row}: ${said.join(", ") || "no seed"}`;
  }
}

function told(slp: Slp, summary: SlpSummary): string[] {
  const { start } = slp;
  const {
    version,
    stage,
    startedAt,
    playedOn,
    console: nick,
    online,
    frames,
    first,
    last,
    items,
    geckoBytes,
    rollbackFrames,
    end,
    leftBy,
  } = summary;
  const onOff = (on: boolean | undefined): string => (on === undefined ? "not said" : on ? "on" : "off");
  const seconds = (frames / 60).toFixed(1);
  const lines = [
    `${slp.file}: Slippi ${version}, ${stage}, ${frames} frames (${seconds} s), ${first} to ${last}`,
    `played: ${[startedAt, playedOn && `on ${playedOn}`, nick, online === undefined ? undefined : online ? "online" : "offline"].filter(Boolean).join(", ") || "not said"}`,
    `mode: ${start.mode}${start.teams ? ", teams" : ""}, timer ${start.timer.kind === "none" ? "off" : `${start.timer.kind} from ${start.timer.seconds} s`}, items ${start.itemSpawn < 0 ? "off" : `at ${start.itemSpawn}`}, damage ${start.damageRatio}`,
    `settings: PAL ${onOff(start.pal)}, frozen Stadium ${onOff(start.frozenStadium)}${start.language ? `, ${start.language}` : ""}, seed ${hex(start.seed)}`,
  ];
  if (start.session)
    lines.push(`session: ${start.session}, game ${start.game}${start.tiebreak ? `, tiebreak ${start.tiebreak}` : ""}`);
  for (const player of summary.players) lines.push(playerTold(slp, player));
  lines.push(`also: ${items} items, ${rollbackFrames} frames sent again, ${geckoBytes} bytes of Gecko codes`);
  const ended = end ? `${end}${leftBy ? `, left by port ${leftBy}` : ""}` : "no end is recorded";
  lines.push(slp.damage === undefined ? `end: ${ended}` : `damaged: ${slp.damage}; what stands before is shown`);
  return lines;
}

function playerTold(
  slp: Slp,
  { port, character, kind, name, stocksAtStart, stocksAtEnd, percentAtEnd, stocksLost }: PlayerSummary,
): string {
  const { dashback, shieldDrop, cpuLevel, team, connectCode } = slp.start.players.find(
    (player) => player.port === port,
  )!;
  const who = [name, connectCode].filter(Boolean).join(" ");
  const parts = [
    `port ${port}: ${character}${who ? ` (${who})` : ""}, ${kind}${kind === "CPU" ? ` level ${cpuLevel}` : ""}`,
    ...(slp.start.teams ? [`team ${["red", "blue", "green"][team] ?? team}`] : []),
    ...(dashback === undefined
      ? []
      : [dashback === shieldDrop ? `controller fix ${dashback}` : `dash back ${dashback}, shield drop ${shieldDrop}`]),
    `stocks ${stocksAtStart} to ${stocksAtEnd ?? "?"}`,
    ...(stocksLost.length > 0 ? [`lost at ${stocksLost.join(", ")}`] : []),
    ...(percentAtEnd === undefined ? [] : [`${percentAtEnd.toFixed(1)}% at the end`]),
  ];
  return parts.join(", ");
}
