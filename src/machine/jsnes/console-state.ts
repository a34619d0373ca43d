import type { Boot } from "../boot.ts";
import type { Nes } from "./internals.ts";
import { Snapshot } from "./snapshot.ts";

/** What a state of this console holds: every field of its chips but tables, caches and the picture. */
export function snapshotOf(nes: Nes, line: object, boot: Pick<Boot, "core" | "content">): Snapshot {
  const { cpu, ppu, papu, mmap, controllers } = nes;
  const roots = { cpu, ppu, papu, mmap, pad1: controllers[1], pad2: controllers[2], line };
  const constant = new Set<unknown>([
    nes,
    nes.rom,
    // The picture: each frame draws all of it.
    "ppu.buffer",
    // A cache of decoded tiles that jsnes 3 keeps and does not read.
    "ppu.ptTile",
    "mmap.chrRamTiles",
    "ppu.palTable.emphTable",
    ...["lengthLookup", "dmcFreqLookup", "noiseWavelengthLookup", "square_table", "tnd_table"].map((t) => `papu.${t}`),
    ...["square1", "square2"].flatMap((channel) => ["dutyLookup", "impLookup"].map((t) => `papu.${channel}.${t}`)),
    // What follows from the sample rate: a state of one rate loads at another.
    "papu.sampleRate",
    "papu.sampleTimerMax",
  ]);
  const identity = `${boot.core.name} ${boot.core.version} ${boot.content.sha256}`;
  return new Snapshot(roots, constant, identity, boot.content.name);
}

/** Farther than any chip lags behind another, or plans ahead, between two frames. */
const FAR = 200_000;

/**
 * A state may come from a stranger: one in which a clock is off by years would make the console count for years. Returns
 * what is wrong. Numbers that are no clocks are small (see Snapshot), so they can do no such harm.
 */
export function plausible(value: (name: string) => number): string | undefined {
  const near = (a: string, b: string): boolean => Math.abs(value(a) - value(b)) <= FAR;
  const within = (name: string, most: number): boolean => value(name) >= 0 && value(name) <= most;
  if (!within("ppu.line", 261) || !within("ppu.dot", 340)) return "its picture position does not exist";
  if (!near("ppu.dotTarget", "ppu.dotsRun") || !near("ppu.nextEventDot", "ppu.dotsRun")) {
    // 0 stands for "look at once".
    if (value("ppu.nextEventDot") !== 0 || !near("ppu.dotTarget", "ppu.dotsRun")) return "its picture clock is damaged";
  }
  if (!near("papu.lastCycle", "cpu.cycles") || !near("papu.nextEventCycle", "cpu.cycles"))
    return "its sound clock is damaged";
  return undefined;
}
