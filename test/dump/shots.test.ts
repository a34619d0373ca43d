import { expect, test } from "vitest";
import { type Seam, type Shot, shots } from "../../src/dump/shots.ts";
import type { Boot } from "../../src/machine/boot.ts";
import type { Machine, VideoFrame } from "../../src/machine/machine.ts";
import type { Movie } from "../../src/movie/movie.ts";
import { Run } from "../../src/replay/run.ts";
import { defaultProfile } from "../../src/watch/profile.ts";
import { paint } from "./support/scene.ts";

const END = 60;
const BOOT = { content: { name: "scroll" } } as Boot;
const MOVIE: Movie = {
  system: "unknown",
  by: "frame",
  length: 0,
  tracks: [],
  events: [],
  start: { kind: "power-on" },
  rom: {},
};

const NOTHING_NEW: VideoFrame = { ...pictureOf(0), pixels: new Uint8Array(0) };

/** A scene that scrolls on by its position, which is all that is in memory and in states; at `jumps` it is put elsewhere. */
class Scroll implements Machine {
  readonly boot = BOOT;
  readonly timing = { fps: { num: 60, den: 1 }, sampleRate: { num: 60, den: 1 } };
  readonly polling = "frame";
  readonly polls = 1;
  readonly stateSize = 2;
  readonly audio = { samples: new Int16Array(2) };
  readonly #ram = new Uint8Array(2);
  readonly memory = [{ name: "ram", base: 0, size: 2, bytes: this.#ram, endian: "little" as const }];
  readonly #jumps: ReadonlySet<number>;
  frame = 0;
  video = pictureOf(0);
  /** What the renderer drew last: it shows it a frame later, and no state has it. */
  #drawn = pictureOf(0);

  constructor(jumps: readonly number[]) {
    this.#jumps = new Set(jumps);
  }
  step(): void {
    const position = new DataView(this.#ram.buffer);
    this.frame++;
    this.video = this.frame % 5 === 0 ? NOTHING_NEW : this.#drawn;
    this.#drawn = pictureOf(position.getUint16(0) + 1);
    position.setUint16(0, position.getUint16(0) + (this.#jumps.has(this.frame) ? 40 : 1));
  }
  reset(): void {}
  saveState(): Uint8Array {
    return this.#ram.slice();
  }
  loadState(state: Uint8Array, frame: number): void {
    this.#ram.set(state);
    this.frame = frame;
  }
  close(): void {}
}

function pictureOf(position: number): VideoFrame {
  return paint(64, 60, (x, y) => (y > 30 && ((x + position) >> 3) & 1 ? 0xf0d090 : 0x204060 + (x >> 2)));
}

test.each([
  ["one", [31]],
  ["one where nothing new is shown", [30]],
  ["two that are nearer than what is drawn again", [31, 34]],
  ["one in the first frames", [3]],
])("a seam is closed at once though the renderer is a frame late: %s", (_, jumps) => {
  const native = new Scroll([]);
  const pictures: VideoFrame[] = [];
  const states: Uint8Array[] = [native.saveState()];
  for (let i = 0; i < END; i++) {
    native.step();
    pictures.push(native.video);
    states.push(native.saveState());
  }
  const target = new Scroll(jumps);
  const seams: Seam[] = [];
  const run = new Run(target, MOVIE, defaultProfile(target.memory));
  const video: Shot[] = [
    ...shots(run, {
      end: END,
      repairs: jumps.map((frame) => ({ frame, load: () => states[frame]! })),
      offset: "auto",
      maxOffset: 12,
      from: 0,
      onSeam: (seam) => void seams.push(seam),
      onReadings: () => {},
    }),
  ];
  expect(seams.map(({ frame, offset, proof }) => [frame, offset, proof.fits])).toEqual(
    jumps.map((frame) => [frame, 0, true]),
  );
  expect(video.map(({ frame }) => frame)).toEqual(pictures.map((_, i) => i + 1));
  for (const [i, { picture }] of video.entries())
    expect([i, Buffer.compare(picture.pixels, pictures[i]!.pixels)]).toEqual([i, 0]);
});
