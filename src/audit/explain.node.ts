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
import type { Parting } from "./audit-memory.ts";
import type { TraceSpec } from "./audit-trace.ts";
import { type Difference, differencesOf, type Side } from "./explain-differences.ts";
import { smallest } from "./explain-smallest.ts";

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
  /** The smallest set of differences that, put on A, plays B's run. */
  readonly causes: readonly Cause[];
  /** Addresses of the instructions that last changed the first byte in either run, where the core can tell. */
  readonly writers: { readonly a?: number; readonly b?: number };
  /** B parts from itself when it is played twice: nothing can be said. */
  readonly unsteady?: Parting;
  /** Runs that were played. */
  readonly runs: number;
}

/** Two runs that part: which of their differences it takes, and where it shows first. */
export async function explainParting(a: Side, b: Side, frames: number): Promise<Explanation> {
  const differences = differencesOf(a, b);
  return inChild("the run to be explained", async (child) => {
    const told = { frames, differences: differences.map(({ what, a, b }) => ({ what, a, b })) };
    const regions = await common(child, a, b);
    await child.call("log", "a", specOf(a, frames), regions);
    const parts = await child.call("parting", "a", specOf(b, frames));
    if (!parts) return { ...told, regions, causes: [], writers: {}, runs: 2 };
    await child.call("log", "b", specOf(b, frames), regions);
    let runs = 3;
    const taken = (some: readonly Difference[]): TraceSpec =>
      specOf(
        some.reduce((run, { take }) => take(run, b), a),
        frames,
      );
    const parting = (from: "a" | "b", some: readonly Difference[]): Promise<Parting | undefined> => {
      runs++;
      return child.call("parting", from, taken(some));
    };
    const unsteady = await parting("b", differences);
    if (unsteady) return { ...told, regions, parts, causes: [], writers: {}, unsteady, runs };
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
      causes.push({ what, a, b, ...(alone && { alone }) });
    }
    return { ...told, regions, parts, causes, writers: await writers(child, a, b, parts, frames), runs };
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

async function writers(child: Child<AuditVerbs>, a: Side, b: Side, { frame, first }: Parting, frames: number) {
  if (!first || frame === 0) return {};
  const [inA, inB] = [
    await child.call("writer", specOf(a, frames), frame, first),
    await child.call("writer", specOf(b, frames), frame, first),
  ];
  return { ...(inA !== undefined && { a: inA }), ...(inB !== undefined && { b: inB }) };
}

/** A recording as a side: its boot, its patches and its inputs. `rom` is its game where it is not found by its hash. */
export async function sideOf(file: string, rom?: string): Promise<{ side: Side; frames: number }> {
  const replay = readReplay(file, await readInput(file));
  const { recording, movie, profile } = replay;
  const boot = recordedBoot(recording);
  if (!boot) throw new Problem(`${file}: names no boot; give --a and --b with a game instead`);
  const games = await findGames(file, movie.rom, boot, { rom });
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
export interface Made extends Pick<MachineSpec, "rom" | "profile"> {
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
