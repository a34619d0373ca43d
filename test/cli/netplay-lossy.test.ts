import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { shared } from "../support/data.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Whether this machine lets us make networks of our own. Where not, all is played over its loopback, which loses nothing. */
const network = ((): boolean => {
  try {
    accessSync("/dev/net/tun", constants.W_OK);
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();

async function play(rom: string, ...flags: string[]) {
  const tool = network ? ["--tool", shared("../tools/lossy-net")] : [];
  const args = ["scripts/lossy-play.mjs", ...tool, "--rom", rom, ...flags];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  return JSON.parse(stdout);
}

it.concurrent(`two NES in processes of their own, ${network ? "60 ms and 5 % loss" : "over loopback"}`, async () => {
  const { ok, players, wire } = await play(
    "games/gleam/gleam.nes",
    "--core",
    "nestopia",
    "--bot",
    "gleam",
    "--frames",
    "900",
  );
  expect(players.map((player: { desyncs: number; frames: number }) => [player.frames, player.desyncs])).toEqual([
    [900, 0],
    [900, 0],
  ]);
  expect(ok).toBe(true);
  console.log(`on the wire: ${wire.bytesPerSecondEach} bytes a second from each player`);
});

it.concurrent("four linked GBAs in four processes, one of which is killed and comes back", async () => {
  const { ok, players, back } = await play(
    ...([
      "games/hedge/hedge.gba",
      "--core",
      "link",
      "--set",
      "consoles=4",
      "--players",
      "4",
      "--bot",
      "hedge",
    ] as const),
    ...["--frames", "1100", "--host=--lost go-on", "--back", "2@4:2"],
  );
  expect(back).toEqual(["started", "fallen", "back"]);
  expect(players.map((player: { desyncs: number; frames: number }) => [player.frames, player.desyncs])).toEqual(
    Array(4).fill([1100, 0]),
  );
  expect(ok).toBe(true);
}, 120_000);
