import { readFileSync } from "node:fs";
import type { Dumped } from "../dump/dump.node.ts";
import type { Aligned } from "../follow/align.node.ts";
import { describeRanges } from "../follow/readback.ts";
import type { Boot } from "../machine/boot.ts";
import { describeMovie } from "../movie/describe.ts";
import { type SyncReport, writeReport } from "../report/sync-report.ts";
import { describeDivergence } from "../watch/readings.ts";
import type { SyncResult } from "./sync.ts";
import type { SyncJob } from "./sync-flags.ts";

/** The report of a finished force-sync, as HTML. */
export function syncReport(
  { job, native, movieName }: SyncJob,
  aligned: Aligned,
  dumped: Dumped,
  result: SyncResult,
  output: string,
): string {
  const boots = { native: job.claimed("native") as Boot, target: job.claimed("target") as Boot };
  const total = result.frames + result.tail;
  const data: SyncReport = {
    title: `${boots.native.content.name}: ${movieName}`,
    verdict: { ok: result.residual === 0, text: verdict(result) },
    movie: Object.fromEntries([["file", movieName], ...describeMovie(native.movie).map(splitLine)]),
    rom: boots.native.content,
    command: commandLine(),
    boots,
    probes: aligned.profile.probes.map(({ name, precision }, i) => ({
      name,
      precision,
      expected: aligned.expected.probe(i).fill(Number.NaN, 0, aligned.profile.from),
      actual: aligned.actual.probe(i).fill(Number.NaN, 0, aligned.profile.from),
    })),
    mismatches: aligned.desyncs.filter((d) => d.fingerprint).map((d) => d.frame),
    repairs: aligned.desyncs.map((desync) => ({
      frame: desync.frame,
      probes: desync.probes,
      cause: describeDivergence(desync),
    })),
    seams: dumped.seams.map(({ frame, offset, proof, strip }) => ({
      frame,
      offset,
      proof,
      reason: proof.reason,
      fits: proof.fits,
      strip: {
        frames: strip.frames,
        before: strip.files.slice(0, strip.cut).map((file) => readFileSync(file)),
        after: strip.files.slice(strip.cut).map((file) => readFileSync(file)),
      },
    })),
    video: dumped.video,
    audio: dumped.audio,
    seconds: { align: result.seconds.align, dump: result.seconds.dump },
    fps: total / result.seconds.total,
    pinned: [
      ...pinned(boots.native),
      ...result.masks.map((range) => ({
        what: "not compared",
        value: describeRanges([range]),
        how: "a picture that is drawn into memory: found from identical states, and not read by the game there",
      })),
    ],
    unpinned: [...new Set([...boots.native.unpinned, ...boots.target.unpinned])],
    files: [
      output,
      job.path("native.readings.txt"),
      job.path("target.readings.txt"),
      job.path("align.jsonl"),
      job.path("states"),
    ],
  };
  return writeReport(data);
}

function verdict({ frames, tail, repairs, seams, residual }: SyncResult): string {
  const total = frames + tail;
  if (residual > 0) return `${residual} of ${total} frames still read otherwise than in the native run.`;
  if (repairs.length === 0) return `All ${total} frames read as in the native run; nothing had to be repaired.`;
  const joined = seams.length ? `, and the video has ${seams.length} seam${seams.length === 1 ? "" : "s"}` : "";
  return `${repairs.length} desync${repairs.length === 1 ? " was" : "s were"} repaired; all ${total} frames read as in the native run${joined}.`;
}

/** "system: nes" as a label and a text. */
function splitLine(line: string): [string, string] {
  const at = line.indexOf(": ");
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 2)];
}

function pinned(boot: Boot): SyncReport["pinned"] {
  return [
    { what: "core", value: `${boot.core.name} ${boot.core.version}`, how: `build ${boot.core.build}` },
    { what: "game", value: boot.content.name, how: `SHA-256 ${boot.content.sha256}` },
    {
      what: "RAM at power-on",
      value: boot.ramFill,
      how: boot.ramFill === "core" ? "the core fills it" : "filled before frame 0",
    },
    {
      what: "save RAM",
      value: boot.save ? "the movie's" : "none",
      how: boot.save ? `SHA-256 ${boot.save}` : "as a new cartridge",
    },
    { what: "clock", value: boot.rtc ?? "none", how: boot.rtc ? "at frame 0" : "the machine has none" },
    ...Object.entries(boot.firmware).map(([file, hash]) => ({ what: "firmware", value: file, how: hash })),
    { what: "ports", value: boot.ports.join(", ") || "none", how: "plugged in before frame 0" },
    {
      what: "options of the core",
      value: String(Object.keys(boot.settings).length),
      how: "each with its value, defaults too",
    },
  ];
}

/** What was called, as it can be called again. */
export function commandLine(): string {
  const words = process.argv
    .slice(2)
    .map((word) => (/^[\w./=@:,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return ["instep", ...words].join(" ");
}
