import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeFrames, probeVideo } from "../../src/dump/inspect.ts";
import { encodePng } from "../../src/dump/png.node.ts";
import { instep, scratch } from "../support/cli.ts";
import { hasShared, shared } from "../support/data.ts";

// The published run of a real game, which one frame too many in its second level ruins.
const movie = shared("movies/bk2/homebrew-cybercoaster-M6779.bk2");
const rom = shared("nes/cybercoaster.nes");
/** FRAMES=13027: the whole of it, to its last screen. */
const WHOLE = 13027;
const FRAMES = Number(process.env.FRAMES ?? 4000);
const TOTAL = FRAMES + 60;
/** The tail of a part is at rest, where the movie goes on. */
const LAST = FRAMES === WHOLE ? TOTAL : FRAMES;
const folder = scratch();
const file = (name: string): string => join(folder, name);

async function lastPicture(video: string): Promise<Uint8Array> {
  let last = new Uint8Array();
  let frame = 0;
  for await (const picture of decodeFrames(video)) if (++frame === LAST) last = new Uint8Array(encodePng(picture));
  return last;
}

function endOf(core: string, name: string, ...more: string[]): Uint8Array {
  const shot = file(name);
  expect(
    instep("run", rom, "--movie", movie, "--core", core, "--frames", String(LAST), "--shot", `${shot}@${LAST}`, ...more)
      .code,
  ).toBe(0);
  return new Uint8Array(readFileSync(shot));
}

describe.runIf(hasShared)("a TAS with a hiccup at frame 3000", () => {
  it("comes to other pictures when it is left alone, and to its own when it is kept in step, to the sample", async () => {
    const good = endOf("nestopia", "good.png");
    const common = ["--rom", rom, "--core", "nestopia", "--frames", `${FRAMES}`, "--job", file("job"), "--json"];
    common.push("--fault", "lag@3000");
    const synced = instep("sync", movie, ...common, "-o", file("synced.mkv"));
    expect(synced.code, synced.err).toBe(0);
    const result = JSON.parse(synced.out);
    expect(result).toMatchObject({ frames: FRAMES, tail: 60, desyncs: [3000], repairs: [3000], residual: 0 });
    expect(result.seams).toMatchObject([{ frame: 3000, offset: 0, proof: { fits: true } }]);

    const video = await probeVideo(file("synced.mkv"));
    expect(video).toMatchObject({ frames: TOTAL, width: 256, height: 224 });
    expect(video.audio!.samples).toBe(result.audio.samples);
    const drift = video.audio!.samples / video.audio!.rate - (TOTAL * video.fps.den) / video.fps.num;
    expect(Math.abs(drift)).toBeLessThan(video.fps.den / video.fps.num);

    expect(Buffer.compare(await lastPicture(file("synced.mkv")), good)).toBe(0);
    const naive = endOf("nestopia", "naive.png", "--fault", "lag@3000");
    expect(Buffer.compare(naive, good)).not.toBe(0);
  }, 300_000);

  it("is found and repaired on jsnes too", () => {
    const aligned = instep(
      "align",
      movie,
      "--rom",
      rom,
      "--core",
      "jsnes",
      "--fault",
      "lag@3000",
      "--frames",
      "3300",
      "--job",
      file("jsnes"),
      "--json",
    );
    expect(aligned.code, aligned.err).toBe(0);
    expect(JSON.parse(aligned.out)).toEqual({ frames: 3360, desyncs: [3000], repairs: [3000], residual: 0 });
  }, 120_000);

  it("on an overclocked console it is said to be too different, early, with the figures", () => {
    const ended = instep(
      "sync",
      movie,
      "--rom",
      rom,
      "--core",
      "nestopia",
      "--target",
      "nestopia_overclock=2x",
      "-o",
      file("oc.mkv"),
      "--json",
    );
    expect(ended.code).toBe(1);
    const result = JSON.parse(ended.out);
    expect(result.gaveUp).toMatch(/stopped at frame \d+ of 13087 after 61 desyncs.*too different to force-sync/);
    expect(result.desyncs.at(-1)).toBeLessThan(1000);
  }, 60_000);
});
