import { basename } from "node:path";
import { findGames } from "../follow/find-rom.node.ts";
import { type MachineSpec, readInput } from "../follow/open-run.node.ts";
import { findCore } from "../machine/cores.node.ts";
import type { Child } from "../machine/instance/child.ts";
import { resolveSettings } from "../machine/settings.ts";
import { framesOf, type Movie } from "../movie/movie.ts";
import { Problem } from "../problem.ts";
import { recordedBoot } from "../replay/isr-header.ts";
import { readReplay } from "../replay/reader.ts";
import type { Fault } from "../replay/run.ts";
import { inChild } from "./audit.node.ts";
import type { AuditVerbs } from "./audit-main.node.ts";
import type { Parting as Whole } from "./audit-memory.ts";
import { type Place, probeIn, type TraceSpec } from "./audit-trace.ts";
import type { Chain } from "./explain-chain.node.ts";
import { type Difference, differencesOf, type Side } from "./explain-differences.ts";
import { smallest } from "./explain-smallest.ts";

/** Where two runs part: the first byte, how many differ, and the profile's probe that holds one of them. */
export interface Parting extends Pick<Whole, "frame" | "first" | "bytes"> {
  readonly probe?: string;
}

/** A cause, and what it does when nothing else is changed. */
export interface Cause {
  readonly what: string;
  readonly a: string;
  readonly b: string;
  /** Where A parts from itself with this alone; absent where it takes the others too. */
  readonly alone?: Parting;
}

export interface Explanation {
  readonly frames: number;
  readonly regions: readonly string[];
  /** All in which the two differ. */
  readonly differences: readonly Pick<Difference, "what" | "a" | "b">[];
  /** Where B parts from A; absent where it does not. */
  readonly parts?: Parting;
  /** The smallest set of differences that, put on A, plays B's run to the last frame; what alone parts them first comes first. */
  readonly causes: readonly Cause[];
  /** Bytes that differed a frame before and alone make the first byte what it is in B. */
  readonly source?: readonly Place[];
  /** What the CPU did in that frame, where the core can tell. */
  readonly chain?: Chain;
  /** B parts from itself when it is played twice: nothing can be said. */
  readonly unsteady?: Parting;
  /** Runs that were played. */
  readonly runs: number;
}

/** Runs that it takes however few the differences are. */
const RUNS = 4;

/** Two runs that part: which of their differences it takes, and where it shows first. */
export async function explainParting(
  a: Side,
  b: Side,
  frames: number,
  /** Runs that were played, and how many it may take. */
  onRun: (runs: number, of: number) => void = () => {},
): Promise<Explanation> {
  const differences = differencesOf(a, b, frames);
  let runs = 0;
  const ran = (): void => onRun(++runs, Math.max(runs + 1, RUNS + 2 * differences.length));
  return inChild("the run to be explained", async (child) => {
    const told = { frames, differences: differences.map(({ what, a, b }) => ({ what, a, b })) };
    const names = a.core === b.core && a.rom === b.rom ? undefined : await common(child, a, b);
    const regions = (await child.call("log", "a", specOf(a, frames), names)).map(({ name }) => name);
    ran();
    const whole = await child.call("parting", "a", specOf(b, frames));
    ran();
    if (!whole) return { ...told, regions, causes: [], runs };
    const named = ({ frame, first, bytes, all }: Whole): Parting => {
      const probe = probeIn((b.profile ?? a.profile)?.profile, all);
      return { frame, first, bytes, ...(probe !== undefined && { probe }) };
    };
    const parts = named(whole);
    await child.call("log", "b", specOf(b, frames), names);
    ran();
    const taken = (some: readonly Difference[]): TraceSpec =>
      specOf(
        some.reduce((run, { take }) => take(run, b), a),
        frames,
      );
    const parting = (from: "a" | "b", some: readonly Difference[]): Promise<Whole | undefined> =>
      child.call("parting", from, taken(some)).finally(ran);
    const unsteady = await parting("b", differences);
    if (unsteady) return { ...told, regions, parts, causes: [], unsteady: named(unsteady), runs };
    const set = await smallest(differences, async (some) => {
      try {
        return (await parting("b", some)) === undefined;
      } catch (error) {
        if (error instanceof Problem && !/crashed|killed|hangs/.test(error.message)) return false; // no machine has it so
        throw error;
      }
    });
    const causes: Cause[] = [];
    for (const difference of set) {
      const { what, a, b } = difference;
      const alone = await parting("a", [difference]).catch(() => undefined);
      causes.push({ what, a, b, ...(alone && { alone: named(alone) }) });
    }
    const when = ({ alone }: Cause): number => alone?.frame ?? frames + 1;
    causes.sort((x, y) => when(x) - when(y));
    return {
      ...told,
      regions,
      parts,
      causes,
      ...(await how(child, specOf(a, frames), specOf(b, frames), whole, regions)),
      runs,
    };
  });
}

const specOf = (side: Side, frames: number): TraceSpec => ({ ...side, frames, treatment: "plain", seed: 1 });

/** Names of the regions that both machines show, of one size. */
async function common(child: Child<AuditVerbs>, a: Side, b: Side): Promise<string[]> {
  const ofA = await child.call("log", "a", specOf(a, 0));
  const ofB = await child.call("log", "b", specOf(b, 0));
  const names = ofA.filter((x) => ofB.some((y) => x.name === y.name && x.size === y.size)).map(({ name }) => name);
  if (names.length === 0)
    throw new Problem("the two cores show no memory of one name and size, so nothing can be compared");
  return names;
}

/** What happened in the frame in which they part. */
async function how(
  child: Child<AuditVerbs>,
  a: TraceSpec,
  b: TraceSpec,
  { frame, first, all }: Whole,
  regions: readonly string[],
): Promise<Pick<Explanation, "source" | "chain">> {
  if (!first || frame === 0) return {};
  const source = await child.call("source", a, b, frame, first, regions);
  const chain = await child.call("chain", a, b, frame, all);
  return { ...(source && { source }), ...(chain && { chain }) };
}

/** A recording as a side: its boot, its patches and its inputs. `given`: its games, where they are not found by their hashes. */
export async function sideOf(
  file: string,
  given: Parameters<typeof findGames>[3] = {},
): Promise<{ side: Side; frames: number }> {
  const replay = readReplay(file, await readInput(file));
  const { recording, movie, profile } = replay;
  const boot = recordedBoot(recording);
  if (!boot) throw new Problem(`${file}: names no boot; give --a and --b with a game instead`);
  const games = await findGames(file, movie.rom, boot, given);
  const side: Side = {
    ...games,
    core: boot.core.name,
    settings: boot.settings,
    patches: recording.patches ?? {},
    ...(profile && { profile: { name: file, profile } }),
    movie,
    faults: [],
  };
  return { side, frames: replay.frames || framesOf(movie) };
}

/** What a side is made of, as `--a` and `--b` say it. */
export interface Made extends Pick<MachineSpec, "rom" | "more" | "profile"> {
  readonly core?: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly patches: Readonly<Record<string, boolean>>;
  readonly movie: Movie;
  readonly faults: readonly Fault[];
}

export async function madeSide({ core: name, settings, ...rest }: Made): Promise<Side> {
  const core = await findCore(name, basename(rest.rom));
  return { ...rest, core: name ?? core.name, settings: resolveSettings(core.name, core.options, settings) };
}
