import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { type Follower, follow, type Reference } from "../../src/follow/follow.ts";
import { explainReadback } from "../../src/follow/learn-readback.ts";
import { drawnFrom, movedBy, wholeRegions, withMasks } from "../../src/follow/readback.ts";
import { mupen64plus } from "../../src/machine/mupen64plus/index.ts";
import { isInstalled } from "../../src/machine/mupen64plus/installed.ts";
import { readMovie } from "../../src/replay/movies.ts";
import { type Fault, Run } from "../../src/replay/run.ts";
import { defaultProfile, type Profile, parseProfile, type Range } from "../../src/watch/profile.ts";
import { type Divergence, newReadings } from "../../src/watch/readings.ts";

const skerry = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../games/skerry/${name}`, import.meta.url)));
const content = { name: "skerry.z64", bytes: skerry("skerry.z64") };
const movie = readMovie("skerry.m64", skerry("skerry.m64"));
/** The first float, which shows the picture in memory, is taken in between. */
const [FROM, FLOAT, END] = [373, 383, 390];
/** Where the game has its pictures drawn, in turns. */
const PICTURES = [
  { region: "rdram", from: 0x80200000, length: 320 * 240 * 2 },
  { region: "rdram", from: 0x80240000, length: 320 * 240 * 2 },
];

describe.runIf(await isInstalled())("pictures that are drawn into memory", async () => {
  const open = (resolution: string) =>
    mupen64plus.open({ content, settings: { video: "glide64mk2", fb_read_always: "1", resolution } });
  const [native, target] = [await open("320x240"), await open("160x120")];
  afterAll(() => {
    native.close();
    target.close();
  });
  const everything = defaultProfile(native.memory);
  const player = new Run(native, movie, everything);
  player.play(FROM - 8);
  const states = new Map<number, Uint8Array>();
  const samples = new Map<number, number | undefined>();
  for (let frame = FROM - 8; frame <= END; frame++) {
    states.set(frame, native.saveState());
    samples.set(frame, player.sampleAt(frame));
    if (frame < END) player.play(1);
  }

  /** The native run's frames as this profile reads them. */
  function referenceOf(profile: Profile): Reference {
    const run = new Run(native, movie, profile);
    const readings = (frame: number) => {
      run.load(states.get(frame)!, frame, samples.get(frame));
      return run.read();
    };
    return {
      end: END,
      readings: async (first, count) => {
        const all = newReadings(profile, first, count);
        for (let row = 0; row < count; row++) {
          const one = readings(first + row);
          all.values.set(one.values, row * profile.probes.length);
          all.prints.set(one.prints, row);
        }
        return all;
      },
      stateAt: async (frame) => states.get(frame)!,
      sampleAt: (frame) => samples.get(frame),
      forgetBefore: () => {},
    };
  }

  async function followed(base: Profile, masks: readonly Range[], faults: Fault[] = []) {
    const profile = withMasks(base, masks);
    const run = new Run(target, movie, profile, faults);
    run.load(states.get(FROM)!, FROM, samples.get(FROM));
    const follower: Follower = {
      play: async (frames) => run.play(frames),
      load: async (state, frame, sample) => run.load(state, frame, sample),
      read: async () => run.read(),
    };
    const reference = referenceOf(profile);
    const found: Range[] = [];
    const told: (Divergence | undefined)[] = [];
    const result = await follow(
      reference,
      follower,
      profile,
      {
        async explain(divergence) {
          const why = await explainReadback(
            reference,
            {
              drawn: async (whole, ...moments) =>
                drawnFrom(run, whole ? wholeRegions(everything) : profile, ...moments),
              moved: async (whole, ...what) => movedBy(run, whole ? wholeRegions(everything) : profile, ...what),
            },
            divergence,
            masks,
          );
          if (!("masks" in why)) return why;
          found.push(...why.masks);
          return undefined;
        },
        onDesync: (divergence) => void told.push(divergence),
      },
      FROM,
    );
    return { result, found, told };
  }

  test("are found from identical states, to the byte, beside what the game makes of them", async () => {
    const { result, found, told } = await followed(everything, []);
    expect(result.anew).toBe(true);
    expect(found).toEqual(PICTURES);
    expect(told).toEqual([]);
  });

  test("are no desync once they are masked; where the game reads them it parts, is told of and repaired", async () => {
    const { result, told } = await followed(everything, PICTURES);
    expect(result).toMatchObject({ repairs: [FLOAT], residual: [], frame: END });
    expect(told[0]!.cause).toMatch(/the game reads the picture in its memory, at rdram 0x802[04]/);
  });

  test("are told of also where a profile watches the game's own variables only", async () => {
    const profile = parseProfile("profile.json", skerry("profile.json").toString());
    const { result, told } = await followed(profile, []);
    expect(result).toMatchObject({ repairs: [FLOAT], residual: [] });
    expect(told[0]!.cause).toMatch(/the game reads the picture/);
  });

  test("hide no other desync: one that comes of something else is repaired, and not put down to them", async () => {
    const { result, told } = await followed(everything, PICTURES, [{ kind: "lag", frame: FROM + 6 }]);
    expect(result.repairs).toEqual([FROM + 6, FLOAT]);
    expect(told[0]!.cause).toBeUndefined();
    expect(told[1]!.cause).toMatch(/the game reads/);
  });
});
