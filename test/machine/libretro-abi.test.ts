import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressOf, cString, ENV } from "../../src/machine/libretro/abi.ts";
import { desmumeFields } from "../../src/machine/libretro/desmume.ts";
import { readImports } from "../../src/machine/libretro/elf.ts";
import { Environment } from "../../src/machine/libretro/environment.ts";
import { ratioOf } from "../../src/machine/libretro/ratio.ts";
import { Screen } from "../../src/machine/libretro/screen.ts";

/** Everything that the structs point at stays alive in here. */
const alive: Buffer[] = [];
const at = (bytes: Buffer): number => {
  alive.push(bytes);
  return Number(addressOf(bytes));
};
const text = (value: string): number => at(cString(value));
const pointers = (...values: (number | null)[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [i, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value ?? 0), i * 8);
  return bytes;
};
const environment = (settings = {}): Environment => new Environment({ system: "/a", save: "/b" }, settings);

/** A list of one option and the end, as retro_core_option_definition or retro_core_option_v2_definition. */
function definitions(version: 1 | 2): number {
  const head = version === 1 ? ["key", "label", null] : ["key", "label", null, null, null, null];
  const values = ["one", "two", "three"].flatMap((value) => [text(value), null]);
  const padded = [...values, ...Array<null>(256 - values.length).fill(null)];
  const size = head.length + 256 + 1;
  const option = [...head.map((name) => (name === null ? null : text(name))), ...padded, text("two")];
  return at(pointers(...option, ...Array<null>(size).fill(null)));
}

describe("a core's options", () => {
  const expected = [{ key: "key", label: "label", values: ["one", "two", "three"], default: "two" }];
  test.each([
    ["version 1", ENV.SET_CORE_OPTIONS, () => definitions(1)],
    ["version 1, translated", ENV.SET_CORE_OPTIONS_INTL, () => at(pointers(definitions(1), null))],
    ["version 2", ENV.SET_CORE_OPTIONS_V2, () => at(pointers(null, definitions(2)))],
    [
      "version 2, translated",
      ENV.SET_CORE_OPTIONS_V2_INTL,
      () => at(pointers(at(pointers(null, definitions(2))), null)),
    ],
  ] as const)("are read in %s", (_, command, data) => {
    const env = environment();
    expect(env.call(command, data())).toBe(true);
    expect([...env.options.values()]).toEqual(expected);
  });

  test("are read as plain variables, and answered with what the user set", () => {
    const env = environment({ speed: "fast" });
    const list = at(
      pointers(text("speed"), text("How quick; slow|fast"), text("size"), text("How big; 1|2"), null, null),
    );
    expect(env.call(ENV.SET_VARIABLES, list)).toBe(true);
    expect(env.values()).toEqual({ speed: "fast", size: "1" });
    const variable = pointers(text("speed"), null);
    expect(env.call(ENV.GET_VARIABLE, at(variable))).toBe(true);
    const answer = variable.readBigUInt64LE(8);
    expect(alive.some((bytes) => addressOf(bytes) === answer)).toBe(false);
    expect(answer).not.toBe(0n);
    expect(env.call(ENV.GET_VARIABLE, at(pointers(text("none"), null)))).toBe(false);
  });
});

test("geometry and timing may change while a game runs, and the picture's shape with them", () => {
  const env = environment();
  const screen = new Screen(env.geometry);
  const geometry = Buffer.alloc(20);
  geometry.writeUInt32LE(512, 0);
  geometry.writeUInt32LE(448, 4);
  geometry.writeFloatLE(1.25, 16);
  expect(env.call(ENV.SET_GEOMETRY, at(geometry))).toBe(true);
  expect([env.geometry.width, env.geometry.height, screen.aspect]).toEqual([512, 448, 1.25]);
  const info = Buffer.alloc(40);
  geometry.copy(info);
  info.writeDoubleLE(50, 24);
  info.writeDoubleLE(32000, 32);
  expect(env.call(ENV.SET_SYSTEM_AV_INFO, at(info))).toBe(true);
  expect([env.timing.fps, env.timing.sampleRate, env.timingChanges]).toEqual([50, 32000, 1]);
});

describe("a picture", () => {
  const draw = (pixels: Buffer, pitch: number, format: number): number[] => {
    const screen = new Screen({ width: 0, height: 0, aspect: 0 });
    screen.draw(at(pixels), 2, 2, pitch, format);
    expect(screen.pixels.length).toBe(screen.pitch * screen.height);
    return [...new Uint32Array(screen.pixels.slice().buffer)].map((pixel) => pixel & 0xffffff);
  };
  test("of 16-bit pixels is widened, white to white", () => {
    const rgb565 = Buffer.from(Uint16Array.of(0xf800, 0x07e0, 7, 0x001f, 0xffff, 7).buffer);
    expect(draw(rgb565, 6, 2)).toEqual([0xff0000, 0x00ff00, 0x0000ff, 0xffffff]);
    const rgb555 = Buffer.from(Uint16Array.of(0x7c00, 0x03e0, 7, 0x001f, 0x7fff, 7).buffer);
    expect(draw(rgb555, 6, 0)).toEqual([0xff0000, 0x00ff00, 0x0000ff, 0xffffff]);
  });
  test("of 32-bit pixels is the core's own where it is packed, else without its padding", () => {
    const packed = Buffer.from(Uint32Array.of(1, 2, 3, 4).buffer);
    expect(draw(packed, 8, 1)).toEqual([1, 2, 3, 4]);
    expect(draw(Buffer.from(Uint32Array.of(1, 2, 9, 3, 4, 9).buffer), 12, 1)).toEqual([1, 2, 3, 4]);
  });
  test("that is the last one again has no pixels", () => {
    const screen = new Screen({ width: 0, height: 0, aspect: 0 });
    screen.draw(0, 2, 2, 8, 1);
    expect([screen.width, screen.pixels.length]).toEqual([2, 0]);
  });
});

test.each([
  [60.0988138974405, 39375000, 655171],
  [60.098811862348406, 10738636, 178683],
  [59.727500915527344, 262144, 4389],
  [59.82, 2991, 50],
  [60, 60, 1],
  [32040.5, 64081, 2],
])("%d a second is %d/%d", (rate, num, den) => {
  expect(ratioOf(rate)).toEqual({ num, den });
});

describe("hostile bytes", () => {
  test("are no library, or one without imports, but never a crash", () => {
    const self = readFileSync(process.execPath).subarray(0, 4096);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4095), fc.nat(255)), { maxLength: 40 }), fc.nat(4096), (changes, length) => {
        const bytes = Uint8Array.from(self.subarray(0, length));
        for (const [offset, value] of changes) if (offset > 5) bytes[offset] = value;
        const imports = readImports(bytes);
        expect(imports === undefined || imports.slots instanceof Map).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
  test("in a state of desmume give fields within it, or none", () => {
    const chunk = fc.tuple(
      fc.constantFrom(1, 4, 8, 60, 0xffffffff),
      fc.oneof(fc.nat(60), fc.nat()),
      fc.uint8Array({ maxLength: 60 }),
    );
    let found = 0;
    fc.assert(
      fc.property(fc.array(chunk), (chunks) => {
        const parts = chunks.flatMap(([type, size, data]) => [Buffer.from(Uint32Array.of(type, size).buffer), data]);
        const state = Buffer.concat([Buffer.alloc(32), ...parts]);
        for (const { at: start, size } of desmumeFields(state).values()) {
          found++;
          expect(start + size).toBeLessThanOrEqual(state.length);
        }
      }),
    );
    expect(found).toBeGreaterThan(0);
  });
});
