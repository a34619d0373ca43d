import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Follower, follow, hopeless, type Policy, type Reference } from "../../src/follow/follow.ts";
import { jsnes } from "../../src/machine/jsnes/index.ts";
import type { Movie } from "../../src/movie/movie.ts";
import { readMovie } from "../../src/replay/movies.ts";
import { type Fault, Run } from "../../src/replay/run.ts";
import { defaultProfile, type Profile, parseProfile } from "../../src/watch/profile.ts";
import { ReadingsLog } from "../../src/watch/readings-log.ts";
import { hasShared, shared } from "../support/data.ts";

const END = 1000;

/** A run in this process as a reference, played to its end at once; `seeker` is another one of the same boot. */
function referenceOf(run: Run, seeker: Run, profile: Profile): Reference & { asked: number[] } {
  const log = new ReadingsLog(profile, END);
  log.append(run.read());
  run.keepHistory(64 << 20, 5);
  log.append(run.play(END));
  const asked: number[] = [];
  return {
    asked,
    end: END,
    readings: async (first, count) => log.slice(first, count),
    stateAt: async (frame) => {
      asked.push(frame);
      const keyframe = run.keyframe(frame)!;
      seeker.load(keyframe.state, keyframe.frame);
      seeker.play(frame - keyframe.frame);
      return seeker.machine.saveState();
    },
    sampleAt: () => undefined,
    forgetBefore: () => {},
  };
}

function followerOf(run: Run): Follower {
  return {
    play: async (frames) => run.play(frames),
    load: async (state, frame, sample) => run.load(state, frame, sample),
    read: async () => run.read(),
  };
}

describe.runIf(hasShared)("follow", () => {
  const rom = { name: "cybercoaster.nes", bytes: readFileSync(shared("nes/cybercoaster.nes")) };
  const movieFile = "movies/bk2/homebrew-cybercoaster-M6779.bk2";
  const movie: Movie = readMovie("m.bk2", readFileSync(shared(movieFile)));

  async function open(settings: Record<string, string>, faults: Fault[] = [], profile?: Profile) {
    const machine = await jsnes.open({ content: rom, settings });
    const watched = profile ?? defaultProfile(machine.memory);
    return { run: new Run(machine, movie, watched, faults), profile: watched };
  }
  async function kept(settings: Record<string, string>, faults: Fault[], policy: Policy = {}, profile?: Profile) {
    const native = await open({}, [], profile);
    const target = await open(settings, faults, profile);
    const seeker = await open({}, [], profile);
    const reference = referenceOf(native.run, seeker.run, native.profile);
    return { reference, followed: await follow(reference, followerOf(target.run), native.profile, policy) };
  }

  it("finds nothing to repair between equal boots", async () => {
    const { followed } = await kept({}, []);
    expect(followed).toEqual({ desyncs: [], repairs: [], residual: [], frame: END });
  });

  it("repairs a hiccup once, at the frame that shows it, and stays in step to the end", async () => {
    const { reference, followed } = await kept({}, [{ kind: "lag", frame: 700 }]);
    expect(followed.repairs).toHaveLength(1);
    expect(followed.repairs[0]).toBeGreaterThanOrEqual(700);
    expect(followed.repairs[0]).toBeLessThan(705);
    expect(reference.asked).toEqual(followed.repairs);
    expect(followed.frame).toBe(END);
    expect(followed.residual).toEqual([]);
  });

  it("repairs another RAM fill where it shows: at the boot with all of RAM, in mid-game or never with a probe", async () => {
    const all = await kept({ ram: "00" }, []);
    expect(all.followed.repairs).toEqual([0]);
    const stack = parseProfile(
      "p",
      JSON.stringify({
        game: "c",
        probes: [{ name: "unused", region: "ram", address: "0x07ff", type: "u8", precision: { step: 255 } }],
      }),
    );
    const tolerant = await kept({ ram: "00" }, [], {}, stack);
    expect(tolerant.followed.repairs).toEqual([]);
  });

  it("tells of each desync and each repair, in order", async () => {
    const told: string[] = [];
    await kept(
      {},
      [
        { kind: "lag", frame: 300 },
        { kind: "lag", frame: 900 },
      ],
      {
        onDesync: (d) => void told.push(`desync ${d.frame >= 900 ? 2 : 1}`),
        onRepair: (frame, state) => void told.push(`repair ${frame >= 900 ? 2 : 1} ${state.length > 2048}`),
      },
    );
    expect(told).toEqual(["desync 1", "repair 1 true", "desync 2", "repair 2 true"]);
  });

  it("gives up on runs that part at nearly every frame, and says so", async () => {
    const { followed } = await kept({ overclock: "2x" }, []);
    expect(followed.gaveUp).toMatch(/^too different to force-sync: 61 of the 120 frames up to \d+ needed a repair/);
    expect(followed.frame).toBeLessThan(END);
  });

  it("goes on as far as --max-repairs allows", async () => {
    const { followed } = await kept({ overclock: "2x" }, [], { maxRepairs: 100 });
    expect(followed.repairs).toHaveLength(100);
    expect(followed.gaveUp).toMatch(/^more than 100 repairs were needed by frame/);
  });
});

describe("hopeless", () => {
  const desyncs = (frames: number[]) =>
    frames.map((frame) => ({ frame, probes: [{ name: "x", expected: 0, actual: 1 }] }));
  it("is when more than half of 120 frames on end needed a repair, not when many did over a long run", () => {
    expect(hopeless(desyncs(Array.from({ length: 60 }, (_, i) => i)), undefined)).toBeUndefined();
    expect(hopeless(desyncs(Array.from({ length: 61 }, (_, i) => i)), undefined)).toBeDefined();
    expect(hopeless(desyncs(Array.from({ length: 5000 }, (_, i) => i * 2 + 1)), undefined)).toBeUndefined();
  });
});
