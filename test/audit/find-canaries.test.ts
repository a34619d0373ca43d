import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { systemRam } from "../../src/audit/find-trace.ts";
import { loadMovie } from "../../src/cli/options.ts";
import { openRun } from "../../src/follow/open-run.node.ts";
import { playBack } from "../../src/follow/playback.node.ts";
import { record } from "../../src/follow/record.node.ts";
import { SHOW_NOTHING } from "../../src/machine/machine.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { type Profile, parseProfile } from "../../src/watch/profile.ts";
import { instep, scratch } from "../support/cli.ts";

const folder = scratch();
const file = (name: string): string => join(folder, name);
const game = (name: string): string => fileURLToPath(new URL(`../../games/${name}`, import.meta.url));
const [rom, movie] = [game("gleam/gleam.nes"), game("gleam/classic.isr")];

describe("the values of a game that show a desync", () => {
  const profile = file("gleam.json");
  const FAULTS = [330, 411, 502];
  const FRAMES = 600;

  it("are found, typed and named, and sync takes the profile", () => {
    const found = instep(
      "find",
      "canaries",
      rom,
      "--movie",
      movie,
      "--core",
      "nestopia",
      "--frames",
      String(FRAMES),
      "-o",
      profile,
      "--json",
    );
    expect(found.code, found.err).toBe(0);
    const { canaries, noise, disturbed } = JSON.parse(found.out);
    expect(noise).toEqual({ picture: 0, passing: 0, restless: 0 });
    expect(canaries.length).toBeGreaterThan(8);
    for (const { wolf, shown } of canaries) expect([wolf, shown > 0]).toEqual([0, true]);
    // A frame too many is seen in its own frame.
    for (const { what, shownAfter } of disturbed) if (what.startsWith("a frame")) expect(shownAfter).toBe(0);
  }, 120_000);

  it("keep a run in step that is disturbed, with one repair for each disturbance, and all of memory as native's in every frame", async () => {
    const faults = FAULTS.flatMap((frame) => ["--fault", `lag@${frame}`]);
    const options = ["--rom", rom, "--core", "nestopia", "--frames", String(FRAMES), "--tail", "0"];
    const synced = instep("align", movie, ...options, "--profile", profile, ...faults, "--job", file("job"), "--json");
    expect(synced.code, synced.err).toBe(0);
    expect(JSON.parse(synced.out)).toMatchObject({ repairs: FAULTS, residual: 0 });

    const spec = { rom, core: "nestopia", settings: {}, movie: (await loadMovie(movie)).movie };
    const [a, b] = [
      await openRun(spec),
      await openRun({ ...spec, faults: FAULTS.map((frame) => ({ kind: "lag" as const, frame })) }),
    ];
    const differing: number[] = [];
    for (let frame = 1; frame <= FRAMES; frame++) {
      a.run.step(SHOW_NOTHING);
      b.run.step(SHOW_NOTHING);
      if (FAULTS.includes(frame)) {
        const state = readFileSync(join(folder, "job/states", `${String(frame).padStart(7, "0")}.state`));
        b.run.load(state, frame, frame, frame - 1);
      }
      const [mine, other] = [a, b].map(({ run }) => systemRam(run.machine.memory)[0]!.bytes);
      if (Buffer.compare(mine!, other!) !== 0) differing.push(frame);
    }
    expect(differing).toEqual([]);
  }, 120_000);
});

describe("on another core", () => {
  const [name, FRAMES] = ["jsnes.json", 300];
  const clip = game("gleam/garbage.isr");
  const spec = { rom, settings: {} };
  const written = (): Profile => parseProfile(name, readFileSync(file(name), "utf8"));

  it("what memory held at power-on is put back, and what the cores leave otherwise is left out", () => {
    const cores = ["--core", "nestopia", "--target-core", "jsnes", "--frames", String(FRAMES)];
    const found = instep("find", "canaries", rom, "--movie", clip, ...cores, "-o", file(name));
    expect(found.code, found.err).toBe(0);
    expect(written().restore.some(({ kind, at }) => kind === "garbage" && at[0] === "start")).toBe(true);
    expect(written().fingerprint!.mask.reduce((sum, { length }) => sum + length!, 0)).toBeLessThan(64);
  }, 120_000);

  it("a recording agrees in every frame", async () => {
    const { movie } = await loadMovie(clip);
    const out = file("take.isr");
    const profile = { name, profile: written() };
    await record({ ...spec, core: "nestopia", movie, profile, out, overwrite: true, keyframeEvery: 0 }, FRAMES);
    const played = await playBack(out, readReplay(out, readFileSync(out)), { rom, core: "jsnes", repair: "values" });
    expect(played.differing).toBe(0);
  }, 120_000);

  it("what parts is repaired by values, with all of memory but what is left out as native's in every frame", async () => {
    const cores = ["--core", "nestopia", "--target-core", "jsnes", "--frames", String(FRAMES)];
    const options = ["--rom", rom, ...cores, "--tail", "0", "--profile", file(name), "--fault", "lag@200"];
    const synced = instep("sync", clip, ...options, "--job", file("other"), "-o", file("other.mkv"), "--json");
    expect(synced.code, synced.err).toBe(0);
    const { repairs, residual, seams, video } = JSON.parse(synced.out);
    expect([seams[0].frame, video.frames]).toEqual([200, FRAMES]);
    expect(repairs.slice(0, 2)).toEqual([0, 200]); // what nobody wrote to at power-on, and the frame too many
    expect([repairs.length < 6, residual]).toEqual([true, 0]);

    const { movie } = await loadMovie(clip);
    const native = (await openRun({ ...spec, movie, core: "nestopia" })).run;
    const other = (await openRun({ ...spec, movie, core: "jsnes", faults: [{ kind: "lag", frame: 200 }] })).run;
    const { from: settled, fingerprint } = written();
    const ram = ({ machine }: typeof native): Uint8Array => {
      const bytes = systemRam(machine.memory)[0]!.bytes.slice();
      for (const { from, length } of fingerprint!.mask) bytes.fill(0, from, from! + length!);
      return bytes;
    };
    const differing: number[] = [];
    for (let frame = 0; frame <= FRAMES; frame++) {
      if (frame > 0) for (const run of [native, other]) run.step(SHOW_NOTHING);
      const state = join(folder, "other/states", `${String(frame).padStart(7, "0")}.state`);
      if (repairs.includes(frame)) other.load(readFileSync(state), frame, frame, Math.max(0, frame - 1));
      if (frame >= settled && Buffer.compare(ram(native), ram(other)) !== 0) differing.push(frame);
    }
    expect(differing).toEqual([]);
  }, 120_000);
});

describe("bad input", () => {
  it.each([
    ["a movie of a few frames", ["canaries", rom, "--movie", movie, "--frames", "20"], 2, /20 frames are too few/],
    ["no movie", ["canaries", rom], 2, /--movie/],
    ["a movie and a bot", ["rng", rom, "--movie", movie, "--bot", "random:1"], 2, /give one of them/],
    ["a game that is not there", ["rng", "none.nes", "--frames", "60"], 2, /none\.nes: no such file/],
    ["no game", ["offset", movie], 2, /--rom/],
  ] as [string, string[], number, RegExp][])("%s is told in one line", (_, args, code, message) => {
    const ended = instep("find", ...args);
    expect(ended.code).toBe(code);
    expect(ended.err).toMatch(message);
    expect(ended.err.split("\n")[0]).toMatch(/^instep: /);
  });
});

it("finds the offset of a seam, and shows the pictures it judged by", () => {
  const page = file("offset.html");
  const args = [
    "--rom",
    rom,
    "--core",
    "nestopia",
    "--frames",
    "420",
    "--tail",
    "0",
    "--fault",
    "lag@400",
    "-o",
    page,
    "--json",
  ];
  const ended = instep("find", "offset", movie, ...args);
  expect(ended.code, ended.err).toBe(0);
  const { offset, seams } = JSON.parse(ended.out);
  expect(seams).toMatchObject([{ frame: 400, offset, proof: { fits: true } }]);
  expect(readFileSync(page, "utf8")).toMatch(/data:image\/png/);
}, 120_000);
