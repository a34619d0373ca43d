import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { probeVideo } from "../../src/dump/inspect.ts";
import { encodePng } from "../../src/dump/png.node.ts";
import { sha256Hex } from "../../src/machine/boot.ts";
import { regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { MovieInput } from "../../src/movie/movie.ts";
import { writeIsr } from "../../src/replay/isr.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { HEDGE, hasLink, openLink, RALLY } from "../machine/link-open.ts";
import { instep, scratch } from "../support/cli.ts";

const folder = scratch();
const path = (name: string): string => join(folder, name);
process.env.XDG_CONFIG_HOME = path("config");
const HEDGE_FRAMES = 700;
const RALLY_FRAMES = 600;

function ok(...args: string[]): string {
  const { code, out, err } = instep(...args);
  expect(code, err).toBe(0);
  return out;
}

beforeAll(() => {
  if (!hasLink) return;
  const four = ["--core", "link", "--set", "consoles=4", "--bot", "hedge", "--frames", String(HEDGE_FRAMES)];
  ok("record", HEDGE, ...four, "-o", path("hedge.isr"));
  // Another cartridge of the same game: its last byte, which nobody reads, is different.
  copyFileSync(RALLY, path("red.gbc"));
  const blue = readFileSync(RALLY);
  blue[blue.length - 1]! ^= 1;
  writeFileSync(path("blue.gbc"), blue);
  const two = ["--core", "link", "--bot", "rally", "--frames", String(RALLY_FRAMES)];
  ok("record", path("red.gbc"), "--rom2", path("blue.gbc"), ...two, "-o", path("rally.isr"));
});

describe.runIf(hasLink)("recordings of linked consoles", () => {
  test.each(["hedge", "rally"])("%s plays in another process with every frame as recorded", (name) => {
    const result = JSON.parse(ok("verify", path(`${name}.isr`), "--json"));
    expect(result).toMatchObject({ holds: true, differing: 0, differences: {} });
    expect(result.compared).toBe((name === "hedge" ? HEDGE_FRAMES : RALLY_FRAMES) + 1);
    expect(result.boot.more).toHaveLength(name === "hedge" ? 3 : 1);
  });

  test("all consoles play in it: each has its own inputs", () => {
    const { movie } = readReplay("hedge.isr", readFileSync(path("hedge.isr")));
    expect(movie.tracks).toHaveLength(4);
    for (const { buttons } of movie.tracks) expect(buttons.some((held) => held !== 0)).toBe(true);
    expect(new Set(movie.tracks.map(({ buttons }) => buttons.join())).size).toBe(4);
  });

  test("shows any frame, of one console or of all, as the straight run drew it", async () => {
    const { movie } = readReplay("hedge.isr", readFileSync(path("hedge.isr")));
    for (const [show, width, frame] of [
      ["all", 480, 500],
      ["3", 240, HEDGE_FRAMES],
    ] as const) {
      const machine = await openLink(HEDGE, { consoles: "4", show });
      const input = new MovieInput(movie);
      while (machine.frame < frame - 1) machine.step(input, SHOW_NOTHING);
      machine.step(input);
      const shot = ok("shot", `${path("hedge.isr")}@${frame}`, "--set", `show=${show}`, "-o", path("s.png"), "--json");
      expect(JSON.parse(shot)).toMatchObject({ frame, width, inStep: true });
      expect(Buffer.compare(readFileSync(path("s.png")), encodePng(machine.video))).toBe(0);
      machine.close();
    }
  });

  test("becomes a video", async () => {
    const flags = ["--from", "580", "--to", "600", "--set", "show=all"];
    ok("clip", path("rally.isr"), ...flags, "-o", path("rally.mkv"));
    expect(await probeVideo(path("rally.mkv"))).toMatchObject({ frames: 21, width: 320, height: 144 });
  });

  test("finds the second console's game by its hash, or says in one line that it is not there", () => {
    renameSync(path("blue.gbc"), path("sky.gbc"));
    expect(JSON.parse(ok("verify", path("rally.isr"), "--json"))).toMatchObject({
      holds: true,
      differences: { "more.0.content.name": ["blue.gbc", "sky.gbc"] },
    });
    mkdirSync(path("away"));
    renameSync(path("sky.gbc"), path("away/blue.gbc"));
    const file = path("rally.isr");
    const sync = ["--rom", path("red.gbc"), "--core", "link", "-o", path("none.mkv")];
    for (const args of [
      ["verify", file],
      ["mirror", file],
      ["sync", file, ...sync],
    ]) {
      const { code, err } = instep(...args);
      expect(err).toMatch(/^instep: .*rally\.isr: its game is not here: blue\.gbc with SHA-256 .* with --rom2\n$/);
      expect(code).toBe(2);
    }
    const given = ["--rom2", path("away/blue.gbc")];
    expect(ok("verify", file, ...given)).toContain("verified");
    expect(ok("run", path("red.gbc"), "--movie", file, "--core", "link", ...given)).toContain("600 frames");
    const refusals: [string[], RegExp][] = [
      [["--rom2", path("red.gbc")], /red\.gbc: is not the game of .* which is blue\.gbc .* with --rom2/],
      [[...given, "--rom3", path("red.gbc")], /--rom3: .*rally\.isr is of 2 consoles/],
    ];
    for (const [flags, message] of refusals) {
      const { code, err } = instep("verify", file, ...flags);
      expect(err).toMatch(message);
      expect([code, err.split("\n").length]).toEqual([2, 2]);
    }
    renameSync(path("away/blue.gbc"), path("blue.gbc"));
  });

  test("more games than consoles, or for a core with one console, is a fault in one line", () => {
    const refusals: [string[], RegExp][] = [
      [["--core", "link", "--rom2", HEDGE, "--rom3", HEDGE], /hedge\.gba: that is game 3, and there are 2 consoles/],
      [["--core", "mgba", "--rom2", HEDGE], /hedge\.gba: the core mgba has one console here/],
    ];
    for (const [flags, message] of refusals) {
      const { code, err } = instep("record", HEDGE, "--frames", "5", ...flags, "-o", path("none.isr"));
      expect(err).toMatch(message);
      expect([code, err.split("\n").length]).toEqual([2, 2]);
    }
  });

  test("save RAM of every console is in the movie, and in the run", async () => {
    const machine = await openLink(HEDGE);
    const size = regionOf(machine, "2.save")!.size;
    const blank = machine.boot;
    machine.close();
    const saves = [7, 9].map((byte) => new Uint8Array(size).fill(byte));
    const tracks = [0, 1].map(() => ({ device: "pad" as const, buttons: new Uint32Array(100) }));
    const start = { kind: "save" as const, data: saves[0]!, more: [saves[1]!] };
    const movie = { system: "gba" as const, by: "frame" as const, length: 100, tracks, events: [], start, rom: {} };
    writeFileSync(path("saves.isr"), writeIsr(movie));
    const { movie: read, recording } = readReplay("saves.isr", readFileSync(path("saves.isr")));
    expect([read.start, recording.flags]).toEqual([start, ["saves"]]);
    ok("record", HEDGE, "--core", "link", "--movie", path("saves.isr"), "-o", path("saved.isr"));
    const { boot, holds } = JSON.parse(ok("verify", path("saved.isr"), "--rom", HEDGE, "--json"));
    expect([holds, boot.save, boot.more[0].save]).toEqual([true, ...saves.map(sha256Hex)]);
    expect([blank.save, blank.more![0]!.save]).toEqual([null, null]);
  });

  test("is force-synced: a console's hiccup is found and repaired, and the video shows both", async () => {
    const out = path("synced.mkv");
    const target = ["--target", "show=all,host_clock=unix:1700000000"];
    const planted = ["--fault", "lag@400", "--frames", "450", "--tail", "0"];
    const flags = ["--rom", path("red.gbc"), "--core", "link", ...target, ...planted];
    const result = JSON.parse(ok("sync", path("rally.isr"), ...flags, "-o", out, "--json"));
    expect(result).toMatchObject({ frames: 450, desyncs: [400], repairs: [400], residual: 0 });
    expect(await probeVideo(out)).toMatchObject({ frames: 450, width: 320, height: 144 });
  });

  test("is aligned with four consoles too", () => {
    const flags = ["--rom", HEDGE, "--core", "link", "--set", "consoles=4", "--target", "show=2"];
    const planted = ["--fault", "lag@211", "--frames", "300", "--tail", "0", "--job", path("hedge.job")];
    const result = JSON.parse(ok("align", path("hedge.isr"), ...flags, ...planted, "--json"));
    expect(result).toEqual({ frames: 300, desyncs: [211], repairs: [211], residual: 0 });
  });
});
