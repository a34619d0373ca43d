import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findCore } from "../../src/machine/cores.node.ts";
import { SHOW_NOTHING } from "../../src/machine/machine.ts";
import { Problem } from "../../src/problem.ts";
import { BotInput, randomBot } from "../../src/replay/bot.ts";
import { CborError, CborReader } from "../../src/replay/isr-cbor.ts";
import { readHeader } from "../../src/replay/isr-header.ts";
import { itemOf } from "../../src/replay/isr-items.ts";
import { IsrWriter } from "../../src/replay/isr-write.ts";
import { basesOf, stateOf } from "../../src/replay/keyframes.ts";
import { checkProof } from "../../src/replay/proof.ts";
import { ReplayReader, readReplay } from "../../src/replay/reader.ts";
import { liveMovie, Recorder } from "../../src/replay/recorder.ts";
import { checkedProfile } from "../../src/watch/profile.ts";
import { EVERYTHING, rowsOf } from "./observed.ts";

/** A real recording: 150 frames of Gleam with all that its profile can ask for. */
async function recorded(): Promise<Uint8Array> {
  const bytes = new Uint8Array(readFileSync(new URL("../../games/gleam/gleam.nes", import.meta.url)));
  const machine = await (await findCore("jsnes", "gleam.nes")).open({ content: { name: "gleam.nes", bytes } });
  const parts: Uint8Array[] = [];
  const region = "ram";
  const recorder = new Recorder(machine, {
    profile: checkedProfile("fuzz", {
      game: "Gleam",
      fingerprint: { regions: [region] },
      probes: [{ name: "x", region, address: 768, type: "u16", scale: 0.00390625 }],
      rng: [
        {
          name: "seed",
          region,
          address: 40,
          type: "u16",
          algorithm: { kind: "lfsr", form: "galois", shift: "left", taps: 57, steps: 8 },
        },
      ],
      restore: [{ name: "ring", kind: "pads", region, address: 832, length: 17, at: ["frame"] }],
    }),
    movie: liveMovie(machine, { name: "gleam.nes" }),
    keyframeEvery: 50,
    append: (more) => parts.push(more.slice()),
  });
  const bot = new BotInput(randomBot, machine, "5");
  for (let i = 0; i < 150; i++) recorder.step(bot, SHOW_NOTHING);
  recorder.finish();
  machine.close();
  return Buffer.concat(parts);
}

/** Everything that the format has, small. */
function made(): Uint8Array {
  const track = { device: "analog" as const, buttons: new Uint32Array(40), sticks: new Int16Array(160) };
  const movie = {
    system: "n64" as const,
    by: "frame" as const,
    length: 40,
    tracks: [track],
    events: [],
    start: { kind: "power-on" as const },
    rom: {},
  };
  const writer = new IsrWriter(movie, { profile: EVERYTHING });
  const columns = EVERYTHING.probes.map(() => Array.from({ length: 30 }, (_, i) => i));
  const { readings, tapes } = rowsOf(0, 30, columns, columns[0]!, 4, 3);
  return Buffer.concat([
    writer.header,
    writer.event({ at: 3, kind: "other", data: "x" }),
    writer.block(movie, 30),
    writer.happening({ frame: 4, event: 0, data: Uint8Array.of(1, 2, 3) }),
    writer.observed(readings, tapes),
    writer.keyframe(10, 10, new Uint8Array(9000).fill(1)),
    writer.keyframe(20, 20, new Uint8Array(9000).fill(2)),
    writer.verdict(10, true),
    writer.link().bytes,
    writer.end(),
  ]);
}

const files = [made(), await recorded()];

/** Places of a file's items: header, then each. */
function placesOf(bytes: Uint8Array): number[] {
  const reader = new CborReader(bytes, readHeader("a.isr", bytes, false)!.end);
  const places = [reader.at];
  while (!reader.done) {
    reader.value();
    places.push(reader.at);
  }
  return places;
}
const places = files.map(placesOf);

/** Bytes that are allocated by `new Uint8Array(n)` and the like, while it counts. */
let allocated = 0;
const NAMES = [
  "Uint8Array",
  "Uint16Array",
  "Uint32Array",
  "Int16Array",
  "Int32Array",
  "Float64Array",
  "BigUint64Array",
  "ArrayBuffer",
] as const;
const real = Object.fromEntries(NAMES.map((name) => [name, globalThis[name]]));
beforeEach(() => {
  for (const name of NAMES)
    Object.defineProperty(globalThis, name, {
      configurable: true,
      writable: true,
      value: new Proxy(real[name]!, {
        construct(target, args, newTarget) {
          const made = Reflect.construct(target, args, newTarget);
          if (typeof args[0] === "number") allocated += made.byteLength;
          return made;
        },
      }),
    });
});
afterEach(() => {
  for (const name of NAMES)
    Object.defineProperty(globalThis, name, { configurable: true, writable: true, value: real[name]! });
});

/** Reads hostile bytes in every way that there is. */
function readAll(bytes: Uint8Array, cut: number): void {
  allocated = 0;
  const started = performance.now();
  try {
    const replay = readReplay("hostile.isr", bytes);
    expect(replay.readings.length).toBeLessThanOrEqual(600 * bytes.length);
    checkProof("hostile.isr", bytes);
    const reader = new ReplayReader("hostile.isr");
    reader.push(bytes.subarray(0, cut));
    reader.push(bytes.subarray(cut));
    expect(reader.finish().frames).toBe(replay.frames);
    expect(allocated).toBeLessThan(2048 * bytes.length + 4_000_000);
    for (const keyframe of replay.keyframes) {
      // A state is as large as it says, within what its file allows; it is made when somebody wants it.
      expect(keyframe.size).toBeLessThanOrEqual(8192 * bytes.length);
      allocated = 0;
      try {
        expect(stateOf(keyframe).length).toBe(keyframe.size);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
      const chain = [keyframe, ...basesOf(keyframe)].reduce((sum, { size }) => sum + size, 0);
      expect(allocated).toBeLessThan(1.1 * chain + 1_000_000);
    }
    allocated = 0;
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).message).not.toContain("\n");
  }
  expect(allocated).toBeLessThan(2048 * bytes.length + 4_000_000);
  expect(performance.now() - started).toBeLessThan(2000);
}

const anyFile = fc.integer({ min: 0, max: files.length - 1 });

describe("hostile bytes of an .isr: no crash, no hang, no memory beyond the file's own measure", () => {
  it("bytes changed, lost and added", () => {
    fc.assert(
      fc.property(
        anyFile,
        fc.nat(),
        fc.uint8Array({ maxLength: 9 }),
        fc.nat(12),
        fc.nat(),
        (file, where, put, lost, cut) => {
          const bytes = files[file]!;
          const at = where % bytes.length;
          const hurt = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + lost)]);
          readAll(hurt, cut % hurt.length);
        },
      ),
      { numRuns: 3300 },
    );
  }, 120_000);

  it("items whose checks are right and whose content is not", () => {
    const content = fc.oneof(
      fc.nat(),
      fc.integer(),
      fc.constantFrom(0, 1, 599, 600, 601, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -1, 1.5, null, undefined, true),
      fc.uint8Array({ maxLength: 40 }),
      fc.string({ maxLength: 5 }),
      fc.array(fc.nat(), { maxLength: 3 }),
    );
    fc.assert(
      fc.property(anyFile, fc.nat(), fc.nat(), content, fc.nat(), (file, which, field, value, cut) => {
        const bytes = files[file]!;
        const at = which % (places[file]!.length - 1);
        const [start, end] = [places[file]![at]!, places[file]![at + 1]!];
        const item = new CborReader(bytes, start, true).value() as unknown[];
        item.pop();
        item[field % (item.length + 1)] = value;
        const hurt = Buffer.concat([bytes.subarray(0, start), itemOf(item), bytes.subarray(end)]);
        readAll(hurt, cut % hurt.length);
      }),
      { numRuns: 3300 },
    );
  }, 120_000);

  it("streams and patches whose checks are right and whose bytes are not", () => {
    fc.assert(
      fc.property(
        anyFile,
        fc.nat(),
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        (file, which, field, changes, cut) => {
          const bytes = files[file]!;
          const at = which % (places[file]!.length - 1);
          const [start, end] = [places[file]![at]!, places[file]![at + 1]!];
          const item = new CborReader(bytes, start, true).value() as unknown[];
          item.pop();
          const texts = item.filter((value): value is Uint8Array => value instanceof Uint8Array && value.length > 0);
          const data = texts[field % Math.max(1, texts.length)];
          if (!data) return;
          for (const [place, byte] of changes) data[place % data.length] = byte;
          const hurt = Buffer.concat([bytes.subarray(0, start), itemOf(item), bytes.subarray(end)]);
          readAll(hurt, cut % hurt.length);
        },
      ),
      { numRuns: 2500 },
    );
  }, 120_000);

  it("any bytes at all, after a good beginning", () => {
    fc.assert(
      fc.property(anyFile, fc.uint8Array({ maxLength: 200 }), fc.boolean(), (file, tail, header) => {
        const bytes = files[file]!;
        const start = bytes.subarray(0, header ? 9 : places[file]![0]);
        readAll(Buffer.concat([start, tail]), start.length);
        try {
          new CborReader(tail).value();
        } catch (error) {
          expect(error).toBeInstanceOf(CborError);
        }
      }),
      { numRuns: 1500 },
    );
  }, 60_000);
});
