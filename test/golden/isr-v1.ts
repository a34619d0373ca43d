import { BUTTON } from "../../src/machine/input.ts";
import type { Movie } from "../../src/movie/movie.ts";

/** The movie in v1-small.isr. Never change it: the file is how version 1 looks for ever. */
export const GOLDEN_V1: Movie = {
  system: "nds",
  by: "frame",
  length: 700,
  tracks: [
    {
      device: "pad",
      buttons: Uint32Array.from({ length: 700 }, (_, i) =>
        i % 50 < 3 ? BUTTON.A : i > 300 ? BUTTON.Right | BUTTON.Lid : 0,
      ),
    },
    {
      device: "analog",
      buttons: new Uint32Array(700),
      sticks: Int16Array.from({ length: 2800 }, (_, i) =>
        i % 4 === 0 ? -32768 + (i >> 2) * 90 : i % 4 === 3 && i > 1400 ? 32767 : 0,
      ),
    },
    {
      device: "touch",
      buttons: Uint32Array.from({ length: 700 }, (_, i) => (i === 699 ? BUTTON.Mic : 0)),
      touch: Int16Array.from({ length: 1400 }, (_, i) => (i < 200 || i > 900 ? -1 : i % 2 === 0 ? (i >> 1) % 256 : 96)),
    },
  ],
  events: [
    { at: 0, kind: "power" },
    { at: 650, kind: "disk-insert", data: "1" },
    { at: 650, kind: "reset" },
  ],
  lag: Uint8Array.from({ length: 700 }, (_, i) => (i % 7 === 6 ? 1 : 0)),
  start: { kind: "save", data: Uint8Array.of(1, 2, 3) },
  rom: { name: "small.nds", sha256: "00".repeat(32) },
  region: "ntsc",
  rerecords: 12,
  authors: ["Ada", "Bjørn"],
  emulator: "by hand",
  syncSettings: { clock: 1.5, list: [true, false, null], negative: -70000 },
  rtc: 946684800,
  extra: { format: "golden", bytes: Uint8Array.of(0xff), large: 2 ** 40 },
};
