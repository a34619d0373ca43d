import type { Command } from "commander";
import { Option } from "commander";
import { type Mirrored, type MirrorStatus, mirror } from "../follow/mirror.node.ts";
import { EXIT } from "../problem.ts";
import type { MirrorDesync } from "../replay/mirror.ts";
import type { Fault } from "../replay/run.ts";
import { describeDivergence } from "../watch/readings.ts";
import { coreOption, example, fault, jsonOption, type MoreRoms, moreRoms, setOption } from "./options.ts";
import { withGames } from "./replay.ts";

interface MirrorFlags extends MoreRoms {
  rom?: string;
  core?: string;
  set: Record<string, string>;
  trustStates?: boolean;
  untilEnd?: boolean;
  fault?: Fault[];
  out?: string;
  overwrite?: boolean;
  json?: boolean;
}

export function add(program: Command): Command {
  const command = withGames(
    program
      .command("mirror")
      .argument("<from>", "ws://HOST:PORT, as the recorder printed it, or a recording (.isr) that grows"),
  )
    .description("Plays a recording while it is still made, a few frames behind, and compares every frame.")
    .addOption(coreOption())
    .addOption(setOption())
    .option("--trust-states", "load states of the recording into a native core too: only of a maker whom you trust")
    .option("--until-end", "wait for the recording's end, however long nothing comes (default: 30 seconds)")
    .addOption(new Option("--fault <lag@frame>", "run one frame too many there, as a hiccup would").argParser(fault))
    .option("-o, --out <file>", "also keep the recording as it comes")
    .option("--overwrite", "replace that file if it is there already")
    .addOption(jsonOption())
    .action(run);
  return example(
    command,
    "instep record game.nes --bot random:7 --serve 7007     one shows it,",
    "instep mirror ws://127.0.0.1:7007 --rom game.nes       another sees it",
  );
}

async function run(from: string, flags: MirrorFlags): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  const line = new Line();
  let told = 0;
  try {
    const mirrored = await mirror(from, {
      rom: flags.rom,
      more: moreRoms(flags),
      core: flags.core,
      settings: flags.set,
      trustStates: flags.trustStates,
      faults: flags.fault,
      copy: flags.out,
      overwrite: flags.overwrite,
      ...(flags.untilEnd && { patience: Number.POSITIVE_INFINITY }),
      signal: interrupted.signal,
      onProgress: (status) => {
        line.show(status);
        for (; told < status.desyncs.length; told++)
          for (const text of desyncTold(status.desyncs[told]!)) line.say(`${from}: ${text}`);
      },
    });
    line.clear();
    if (flags.json) console.log(asJson(from, mirrored));
    else for (const text of summary(from, mirrored)) console.log(text);
    if (mirrored.differing > 0 || mirrored.damage !== undefined) process.exitCode = EXIT.desync;
  } finally {
    line.clear();
  }
}

/** As `instep replay` says it. */
function desyncTold({ divergence, explanation }: MirrorDesync): string[] {
  const lines = [`out of step: frame ${divergence.frame}: ${describeDivergence(divergence)}`];
  if (explanation) lines.push(`why: ${explanation.what} (${explanation.likely}); cure: ${explanation.advice}`);
  return lines;
}

function summary(from: string, mirrored: Mirrored): string[] {
  const { boot, frame, complete, damage, joined, states, lateness, fastForwarded, reconnects, desyncs } = mirrored;
  const { core } = boot;
  const lines = [`${from}: mirrored to frame ${frame} on ${core.name} ${core.version}`];
  if (damage !== undefined) lines.push(`damaged: ${damage}; what stands before was played`);
  else if (!complete) lines.push("the recording has not ended");
  for (const what of mirrored.uncovered) lines.push(`not covered: ${what}`);
  lines.push(
    joined > 0
      ? `joined at frame ${joined}, with a verified state of the recording`
      : `joined at power-on${states === "loaded" ? "" : NOT_LOADED[states]}`,
  );
  for (const bad of mirrored.badStates) lines.push(`the recording's state of frame ${bad} does not run on as recorded`);
  if (lateness) {
    const { median, p99, worst, seconds } = lateness;
    lines.push(`behind: ${median} frames (median), ${p99} (p99), ${worst} (worst) in ${seconds.toFixed(0)} s`);
  }
  lines.push(`fast-forwarded: ${fastForwarded} frames; reconnects: ${reconnects}`);
  for (const { divergence, repaired, from: back } of desyncs) {
    const how = repaired ? `${BY[repaired]} ${back}` : "it did not come back in step";
    lines.push(`out of step: frame ${divergence.frame}: ${describeDivergence(divergence)}; ${how}`);
  }
  lines.push(compared(mirrored));
  return lines;
}

const BY = {
  "own state": "put back in step with its own state of frame",
  "recorded state": "put back in step with the recording's state of frame",
  values: "in step again, with what was restored, from frame",
} as const;
const NOT_LOADED = {
  "not trusted": ": states of the recording are not loaded into a native core without --trust-states",
  "of another core": ": states of the recording are of another core",
} as const;

function compared({ compared, differing, inStep }: Mirrored): string {
  if (compared === 0) return "it holds inputs only, so nothing could be compared; record it with instep record";
  if (differing === 0) return `in step: all ${compared} frames agree`;
  return `${differing} of ${compared} frames differ; ${inStep ? "in step again at the end" : "out of step at the end"}`;
}

function asJson(from: string, mirrored: Mirrored): string {
  return JSON.stringify({ from, ...mirrored }, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
  );
}

/** How it is doing, on one line of stderr that is written over while a person watches. */
class Line {
  #shown = 0;

  show({ frame, behind, inStep, fastForwarded }: MirrorStatus): void {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#shown < 100) return;
    this.#shown = now;
    const step = inStep ? "in step" : "out of step";
    process.stderr.write(
      `\r\x1b[2Kmirror   frame ${frame} | ${behind.toFixed(0)} behind | ${step} | ${fastForwarded} fast-forwarded`,
    );
  }

  /** A line that stays. */
  say(text: string): void {
    this.clear();
    process.stderr.write(`${text}\n`);
  }

  clear(): void {
    if (this.#shown > 0) process.stderr.write("\r\x1b[2K");
    this.#shown = 0;
  }
}
