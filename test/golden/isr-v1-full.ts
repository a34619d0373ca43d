import { ed25519 } from "@noble/curves/ed25519.js";
import type { Movie } from "../../src/movie/movie.ts";
import { signedMessage } from "../../src/replay/isr-items.ts";
import { IsrWriter } from "../../src/replay/isr-write.ts";
import { newReadings } from "../../src/watch/readings.ts";
import { momentsOf, Tape } from "../../src/watch/tape.ts";
import { EVERYTHING } from "../replay/observed.ts";

/** What is in v1-full.isr. Never change any of it: the file is how version 1 looks for ever. */
export const FRAMES = 99;
const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i);
export const KEY = ed25519.getPublicKey(SECRET);

export const reading = (frame: number, probe: number): number =>
  (probe % 3 === 0 ? 5 : probe % 3 === 1 ? (frame * 7) % 120 : (frame * frame) % 97) * EVERYTHING.probes[probe]!.scale;
export const print = (frame: number): bigint => (BigInt(frame) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
export const buttons = (frame: number): number => (frame % 20 < 5 ? 0x101 : 0);
export const times = (moment: string, frame: number): number => {
  if (frame === 0) return 0;
  if (moment === "start") return frame === 1 ? 1 : 0;
  return moment === "frame" ? 1 : frame % 4;
};
export const captured = (frame: number, n: number, i: number): number =>
  (frame * 3 + n * 5 + i * (i < 4 ? 0 : 11)) & 0xff;
export const state = (frame: number): Uint8Array =>
  Uint8Array.from({ length: 3000 }, (_, i) => (i % 100 === 0 ? frame : (i * i) >> 8));

const movie: Movie = {
  system: "nes",
  by: "frame",
  length: FRAMES,
  tracks: [0, 1].map(() => ({ device: "pad", buttons: Uint32Array.from({ length: FRAMES }, (_, i) => buttons(i)) })),
  events: [],
  start: { kind: "power-on" },
  rom: { name: "full.nes", sha256: "11".repeat(32) },
};

/** The file, in two blocks with everything that version 1 has. */
export function writeFull(): Uint8Array {
  const writer = new IsrWriter(movie, {
    profile: EVERYTHING,
    boot: { core: { name: "golden", version: "1" }, settings: { ram: "00" } },
    players: [{ name: "Ada", port: 0, key: KEY }],
    patches: { spawns: true },
    hooks: true,
  });
  const parts = [writer.header];
  for (const [first, count, number] of [
    [0, 60, 0],
    [60, 40, 1],
  ] as const) {
    const readings = newReadings(EVERYTHING, first, count);
    const tapes = momentsOf(EVERYTHING).map((moment) => new Tape(moment, first));
    for (let row = 0; row < count; row++) {
      const frame = first + row;
      for (let p = 0; p < EVERYTHING.probes.length; p++)
        readings.values[row * EVERYTHING.probes.length + p] = reading(frame, p);
      readings.prints[row] = print(frame);
      readings.polls[row] = frame % 3;
      for (const tape of tapes) {
        for (let n = 0; n < times(tape.moment.name, frame); n++) {
          const to = tape.add();
          for (let i = 0; i < tape.moment.size; i++) tape.bytes[to + i] = captured(frame, n, i);
        }
        tape.endFrame();
      }
    }
    parts.push(
      writer.event({ at: first + 1, kind: "reset" }),
      writer.happening({ frame: first + 2, event: 0, data: Uint8Array.of(first, 2, 3) }),
      writer.block(movie, first === 0 ? count - 1 : count),
      writer.observed(readings, tapes),
      writer.keyframe(first + count - 1, first + count - 1, state(first + count - 1)),
    );
    const link = writer.link();
    parts.push(link.bytes, writer.signature(0, number, ed25519.sign(signedMessage(link.hash, 0), SECRET)));
  }
  parts.push(writer.verdict(59, true), writer.end());
  return Buffer.concat(parts);
}
