import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeFrames, probeVideo } from "../../src/dump/inspect.ts";
import { encodePng } from "../../src/dump/png.node.ts";
import { findCore } from "../../src/machine/cores.node.ts";
import { SHOW_ALL } from "../../src/machine/machine.ts";
import { Player } from "../../src/replay/player.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { instep, scratch } from "../support/cli.ts";

const folder = scratch();
const path = (name: string): string => join(folder, name);
process.env.XDG_CONFIG_HOME = path("config");
process.env.XDG_CACHE_HOME = path("cache");
const FRAMES = 4000;

/** A straight run of the recording; its player. */
async function straight(): Promise<Player> {
  const rom = new Uint8Array(readFileSync(path("gleam.nes")));
  const machine = await (await findCore("nestopia", "gleam.nes")).open({ content: { name: "gleam.nes", bytes: rom } });
  return new Player(machine, readReplay("game.isr", readFileSync(path("game.isr"))), { repair: "none" });
}

beforeAll(() => {
  writeFileSync(path("gleam.nes"), readFileSync(new URL("../../games/gleam/gleam.nes", import.meta.url)));
  const recorded = instep(
    "record",
    path("gleam.nes"),
    ...["--core", "nestopia", "--bot", "random:2", "--frames", String(FRAMES), "-o", path("game.isr")],
  );
  expect(recorded.code, recorded.err).toBe(0);
});

describe("instep shot", () => {
  test("writes the picture of the straight run, far or near, first and last", async () => {
    const player = await straight();
    for (const frame of [1, 2000, FRAMES]) {
      player.play(frame - 1 - player.frame);
      player.step(SHOW_ALL);
      const { code, out, err } = instep("shot", `${path("game.isr")}@${frame}`, "-o", path("shot.png"), "--json");
      expect(code, err).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ frame, width: 256, inStep: true });
      expect(Buffer.compare(readFileSync(path("shot.png")), encodePng(player.machine.video))).toBe(0);
    }
    player.machine.close();
    // The far one made an index on its way.
    const { from } = JSON.parse(instep("shot", `${path("game.isr")}@3999`, "-o", path("shot.png"), "--json").out);
    expect(from).toBeGreaterThan(3900);
  });

  test("says in one line what is wrong", () => {
    const file = path("game.isr");
    const cases: [string[], RegExp][] = [
      [["shot", `${file}@4001`], /ends at frame 4000; there is no frame 4001/],
      [["shot", file], /FILE@FRAME is meant/],
      [["shot", `${file}@0`], /counted from 1/],
      [["shot", `${path("gleam.nes")}@5`], /gleam\.nes: it does not start as an \.isr does/],
      [["shot", `${path("none.isr")}@5`], /none\.isr: no such file/],
      [["clip", file, "--from", "9", "--to", "8", "-o", path("c.mp4")], /--to is not before --from/],
      [["clip", file, "--from", "9", "--to", "4001", "-o", path("c.mp4")], /there is no frame 4001/],
      [["clip", file, "--from", "1", "--to", "2", "-o", path("c.txt")], /c\.txt: not a container/],
    ];
    for (const [args, says] of cases) {
      const { code, err } = instep(...args);
      expect(err.split("\n").filter((line) => line.startsWith("instep: "))).toEqual([expect.stringMatching(says)]);
      expect(code).toBe(2);
    }
  });

  test("tells when the picture is not that of the recording", () => {
    const { code, err } = instep("shot", `${path("game.isr")}@300`, "--core", "jsnes", "-o", path("other.png"));
    expect(err).toMatch(/jsnes reads otherwise than the recording at frame 300/);
    expect(code).toBe(1);
  });
});

describe("instep clip", () => {
  test("has the frames from A to B, their pictures and their sound", async () => {
    const [from, to] = [1234, 1300];
    const out = path("clip.mkv");
    const {
      code,
      err,
      out: said,
    } = instep("clip", path("game.isr"), ...["--from", String(from), "--to", String(to), "-o", out, "--json"]);
    expect(code, err).toBe(0);
    const player = await straight();
    player.play(from - 1);
    const pictures: Buffer[] = [];
    let samples = 0;
    while (player.frame < to) {
      player.step(SHOW_ALL);
      const { width, height, pitch, pixels } = player.machine.video;
      expect(pitch).toBe(width * 4);
      pictures.push(Buffer.from(pixels.slice(0, pitch * height)));
      samples += player.machine.audio.samples.length / 2;
    }
    player.machine.close();
    expect(JSON.parse(said)).toMatchObject({ frames: 67, width: 256, samples });
    expect(await probeVideo(out)).toMatchObject({ frames: 67, audio: { codec: "flac", samples } });
    let at = 0;
    for await (const { pixels, width, height, pitch } of decodeFrames(out)) {
      expect(sameColours(pixels, pitch, pictures[at++]!, width, height)).toBe(true);
    }
    expect(at).toBe(67);
  });

  test("of one frame, as .mp4, is a video of one frame", async () => {
    const out = path("one.mp4");
    const { code, err } = instep("clip", path("game.isr"), "--from", "1", "--to", "1", "-o", out, "--scale", "2");
    expect(code, err).toBe(0);
    expect(await probeVideo(out)).toMatchObject({ frames: 1, width: 512 });
  });
});

/** Whether two pictures of BGRX have the same B, G and R; the second without gaps between its rows. */
function sameColours(a: Uint8Array, pitch: number, b: Uint8Array, width: number, height: number): boolean {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width * 4; x++) if (x % 4 !== 3 && a[y * pitch + x] !== b[y * width * 4 + x]) return false;
  return true;
}
