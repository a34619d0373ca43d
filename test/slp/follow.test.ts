import { appendFileSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { followSlp } from "../../src/follow/slp-follow.node.ts";
import { readSlp } from "../../src/movie/slp/reader.ts";
import { Problem } from "../../src/problem.ts";
import { instep, scratch, start } from "../support/cli.ts";
import { hasShared } from "../support/data.ts";
import { bytesOf, pathOf } from "./files.ts";

const ONLINE = "slippi-js/consistencyTest/NessVFox-Absorb.slp";

/** Writes a recording as Slippi does: no length until the game is over, then the metadata, then the length. */
async function writeLive(path: string, bytes: Uint8Array, piece: number): Promise<void> {
  const length = bytes.slice(11, 15);
  const raw = 15 + new DataView(bytes.buffer).getUint32(11);
  const live = bytes.slice();
  live.set([0, 0, 0, 0], 11);
  writeFileSync(path, live.subarray(0, 15));
  for (let at = 15; at < raw; at += piece) {
    appendFileSync(path, live.subarray(at, Math.min(raw, at + piece)));
    await sleep(1);
  }
  appendFileSync(path, live.subarray(raw));
  writeSync(openSync(path, "r+"), length, 0, 4, 11);
}

describe.runIf(hasShared)("a file that is being written", () => {
  const folder = scratch();

  test("every frame is told of once, when no rollback changes it any more", async () => {
    const bytes = bytesOf(ONLINE);
    const whole = readSlp(ONLINE, bytes);
    const path = join(folder, "live.slp");
    writeFileSync(path, "");
    const writing = writeLive(path, bytes, 4001);
    const frames: number[] = [];
    const places: (number | undefined)[] = [];
    let last: readonly [boolean, unknown] | undefined;
    for await (const { slp, from, to, over } of followSlp(path)) {
      for (let frame = from; frame <= to; frame++) {
        frames.push(frame);
        places.push(slp.tracks[1]!.post.value("x", frame - slp.first));
      }
      last = [over, slp.metadata];
    }
    await writing;
    expect(frames).toEqual(Array.from({ length: whole.rows }, (_, i) => i - 123));
    // What was told of is what stands in the whole file: frames that were rolled back came late enough.
    expect(places).toEqual([...whole.tracks[1]!.post.column("x")!]);
    expect(last).toEqual([true, whole.metadata]);
  });

  test("one whose writer is gone is given up, and a damaged one told of", async () => {
    const path = join(folder, "gone.slp");
    writeFileSync(path, bytesOf("slippi-js/incomplete.slp").subarray(0, 30_000));
    const follow = async (options: { patience: number }): Promise<number> => {
      let told = -124;
      for await (const { to } of followSlp(path, options)) told = to;
      return told;
    };
    await expect(follow({ patience: 100 })).rejects.toThrow(/nothing came for 0.1 s/);
    const damaged = bytesOf("slippi-js/pal.slp");
    damaged[11] = damaged[12] = damaged[13] = damaged[14] = 0;
    damaged[15 + 1 + damaged[16]! + 418] = 0x99;
    writeFileSync(path, damaged);
    await expect(follow({ patience: 100 })).rejects.toThrow(Problem);
    await expect(follow({ patience: 100 })).rejects.toThrow(/unknown event 0x99 at byte/);
  });

  test("as a command: a line for each stock, or JSON of every frame", async () => {
    const path = join(folder, "game.slp");
    writeFileSync(path, "");
    const bytes = bytesOf("peppi/game.slp");
    const { child, ended } = start("slp", "follow", path);
    await writeLive(path, bytes, 40_000);
    const { code, out } = await ended;
    child.kill();
    expect(code).toBe(0);
    expect(out).toContain("Slippi 1.0.0, Yoshi's Story: port 1 Marth, port 2 Fox");
    expect(out.match(/loses a stock/g)!.length).toBeGreaterThanOrEqual(4);
    expect(out).toContain("end: frame 5085, resolved");

    const json = instep("slp", "follow", pathOf(ONLINE), "--json");
    const lines = json.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0].start).toMatchObject({ version: "3.7.0", stage: 32 });
    expect(lines.slice(1, -1).map(({ frame }) => frame)).toEqual(Array.from({ length: 937 }, (_, i) => i - 123));
    expect(lines[1].players).toHaveLength(2);
    expect(lines.at(-1)).toMatchObject({ end: { method: 7 }, lastFrame: 813 });
  });
});
