import type { Matrix } from "./find-matrices.ts";
import type { Canary } from "./find-rank.ts";
import { SIZE, type Value } from "./find-values.ts";

/** What a value is called, and what one of its units is. */
export interface Named {
  readonly canary: Canary;
  readonly name: string;
  /** 1 / 256 for 8.8 fixed point. */
  readonly scale: number;
  readonly group?: string;
}

const AXES = ["x", "y", "z", "w"];
/** Units that a fixed-point value at least moves over. */
const UNITS = 8;

/**
 * Names values by what they look like: of a matrix, by its number; smooth ones of one type side by side are a position, or a group where they
 * are more than four.
 */
export function named(canaries: readonly Canary[], matrices: readonly Matrix[] = []): Named[] {
  const sorted = [...canaries].sort(
    (a, b) => a.value.region.localeCompare(b.value.region) || a.value.address - b.value.address,
  );
  const groups: Canary[][] = [];
  for (const canary of sorted) {
    const last = groups.at(-1);
    if (last && beside(last.at(-1)!.value, canary.value)) last.push(canary);
    else groups.push([canary]);
  }
  const counts = { position: 0, group: 0 };
  const found = new Map<Canary, Named>();
  for (const group of groups) {
    const inside = matrices.findIndex((matrix) => holds(matrix, group[0]!.value));
    if (inside >= 0) {
      const title = `matrix ${inside + 1}`;
      for (const canary of group)
        found.set(canary, { canary, name: `${title} $${hex(canary.value.address)}`, scale: 1, group: title });
      continue;
    }
    const kind = group.length <= AXES.length ? "position" : "group";
    const scale = Math.min(...group.map(({ value }) => scaleOf(value)));
    const title = group.length > 1 ? `${kind} ${++counts[kind]}` : undefined;
    for (const [i, canary] of group.entries()) {
      const name = title ? `${title} ${AXES[i] && kind === "position" ? AXES[i] : i}` : nameOf(canary);
      found.set(canary, { canary, name, scale, ...(title && { group: title }) });
    }
  }
  return canaries.map((canary) => found.get(canary)!);
}

const holds = ({ region, address, bytes }: Matrix, value: Value): boolean =>
  region === value.region && value.address >= address && value.address < address + bytes;

const hex = (n: number): string => n.toString(16);

function beside(a: Value, b: Value): boolean {
  const room = a.region === b.region && a.type === b.type && a.address + SIZE[a.type] === b.address;
  return room && a.smooth && b.smooth && !a.counts && !b.counts;
}

function nameOf({ value, counter }: Canary): string {
  const kind = counter ? "counter" : value.smooth ? "motion" : "value";
  return `${kind} at ${value.region} $${hex(value.address)}`;
}

/** Of a smooth integer: as fine as it can be and still go over some units. Guessed, for people to read: precision does not depend on it. */
function scaleOf({ type, smooth, spread, fine }: Value): number {
  if (!smooth || !fine || type === "f32" || type === "f64") return 1;
  for (const bits of SIZE[type] === 4 ? [16, 12, 8] : SIZE[type] === 2 ? [8] : [])
    if (spread / 2 ** bits >= UNITS) return 2 ** -bits;
  return 1;
}
