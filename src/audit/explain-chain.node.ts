import { signOfLife } from "../machine/instance/child.ts";
import type { MemoryRegion } from "../machine/machine.ts";
import { SHOW_ALL, SHOW_NOTHING } from "../machine/machine.ts";
import type { Run } from "../replay/run.ts";
import { memoryOf, regionsOf } from "./audit-memory.ts";
import { opened } from "./audit-open.node.ts";
import { type Place, placesIn, type TraceSpec } from "./audit-trace.ts";
import { smallest } from "./explain-smallest.ts";

/** What happened in the frame in which two runs part. Addresses of instructions are those of the CPU's bus. */
export interface Chain {
  /** Where the CPU's ways part: the last instruction that both ran, and the next one of each; none where a frame was over. */
  readonly split?: { readonly after: number; readonly a?: number; readonly b?: number };
  /** Which instructions wrote the bytes that differ, in the order of time. */
  readonly writes: readonly (Place & { readonly a?: number; readonly b?: number })[];
}

/** All that a CPU with 16 address lines can name. */
const ADDRESSES = 0x10000;
/** Bytes that are watched while the frame is played, and steps of the chain that are told. */
const [WATCHED, TOLD] = [256, 6];
/** Bytes that may differ in memory for their share in it to be looked for. */
const MOST_BYTES = 65536;

/** Compares the instructions of both runs in the step to that frame. Undefined where a core has no hooks. */
export async function chain(
  a: TraceSpec,
  b: TraceSpec,
  frame: number,
  places: readonly Place[],
): Promise<Chain | undefined> {
  const watched = places.slice(0, WATCHED);
  const inA = await followed(a, frame, watched);
  const inB = inA && (await followed(b, frame, watched));
  if (!inA || !inB) return undefined;
  let at = 0;
  while (at < inA.path.length && inA.path[at] === inB.path[at]) at++;
  const [x, y] = [inA.path[at], inB.path[at]];
  const split =
    at > 0 && (x ?? y) !== undefined
      ? { after: inA.path[at - 1]!, ...(x !== undefined && { a: x }), ...(y !== undefined && { b: y }) }
      : undefined;
  const written = watched.map((place, i) => {
    const [x, y] = [inA.writers[i]!, inB.writers[i]!];
    const when = Math.min(x < 0 ? Number.POSITIVE_INFINITY : x, y < 0 ? Number.POSITIVE_INFINITY : y);
    return { when, place: { ...place, ...(x >= 0 && { a: inA.path[x]! }), ...(y >= 0 && { b: inB.path[y]! }) } };
  });
  const writes = written.filter(({ when }) => when < Number.POSITIVE_INFINITY).sort((x, y) => x.when - y.when);
  return { ...(split && { split }), writes: writes.slice(0, TOLD).map(({ place }) => place) };
}

/** The addresses of all instructions in the step to that frame; for each place the index of the one that changed it last, or -1. */
async function followed(spec: TraceSpec, frame: number, places: readonly Place[]) {
  const run = await played(spec, frame - 1);
  const { hooks, memory } = run.machine;
  try {
    if (!hooks) return undefined;
    const cells = places.map((place) => cellOf(memory, place));
    const last = cells.map(({ region, at }) => region.bytes[at]);
    const writers = new Int32Array(places.length).fill(-1);
    const path: number[] = [];
    const look = (): void => {
      for (const [i, { region, at }] of cells.entries()) {
        const value = region.bytes[at];
        if (value === last[i]) continue;
        last[i] = value;
        writers[i] = path.length - 1;
      }
    };
    const away = Array.from({ length: ADDRESSES }, (_, pc) =>
      hooks.onExecute(pc, () => {
        look();
        path.push(pc);
      }),
    );
    run.step(SHOW_ALL);
    look();
    for (const remove of away) remove();
    return { path, writers };
  } finally {
    run.machine.close();
  }
}

/**
 * The fewest bytes in which memory differed before the step to that frame and that alone give A the byte that B has then.
 * Undefined where memory did not differ, or what differed there does not do it.
 */
export async function source(
  a: TraceSpec,
  b: TraceSpec,
  frame: number,
  target: Place,
  names: readonly string[],
): Promise<Place[] | undefined> {
  if (a.faults?.some((fault) => fault.frame === frame)) return undefined; // it would come once, and not again
  const other = await played(b, frame - 1);
  const regions = regionsOf(other.machine, names);
  const theirs = memoryOf(other.machine, regions);
  other.machine.close();
  const run = await played(a, frame - 1);
  try {
    const { memory } = run.machine;
    const live = new Set(memory.filter((region) => !region.refresh).map(({ name }) => name));
    const found = placesIn(
      regions,
      memoryOf(run.machine, regions),
      theirs,
      (_, { name }) => live.has(name),
      MOST_BYTES,
    );
    if (found.bytes === 0 || found.bytes > MOST_BYTES) return undefined;
    const state = run.machine.saveState();
    const [sample, before] = [run.sampleAt(frame - 1), frame > 1 ? run.sampleAt(frame - 2) : undefined];
    const does = async (some: readonly Place[]): Promise<boolean> => {
      run.load(state, frame - 1, sample, before);
      for (const place of some) {
        const { region, at } = cellOf(memory, place);
        region.bytes[at] = place.actual;
      }
      run.step(SHOW_NOTHING);
      signOfLife();
      const { region, at } = cellOf(memory, target);
      region.refresh?.();
      return region.bytes[at] === target.actual;
    };
    if ((await does([])) || !(await does(found.all))) return undefined;
    return await smallest(found.all, does);
  } finally {
    run.machine.close();
  }
}

async function played(spec: TraceSpec, frame: number): Promise<Run> {
  const run = await opened(spec);
  while (run.frame < frame) {
    run.step(SHOW_ALL);
    signOfLife();
  }
  return run;
}

function cellOf(
  memory: readonly MemoryRegion[],
  { region: name, address }: Place,
): { region: MemoryRegion; at: number } {
  const region = memory.find((r) => r.name === name)!;
  return { region, at: (address - region.base) ^ (region.swap ?? 0) };
}
