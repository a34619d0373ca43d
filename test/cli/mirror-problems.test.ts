import { once } from "node:events";
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { scratch, start } from "../support/cli.ts";

const gleam = fileURLToPath(new URL("../../games/gleam/", import.meta.url));
const folder = scratch();

it("tells in one line what it cannot mirror", { timeout: 60_000 }, async () => {
  const file = join(folder, "short.isr");
  const made = ["record", `${gleam}gleam.nes`, "--bot", "random:1", "--frames", "60", "--core", "jsnes"];
  expect((await start(...made, "-o", file).ended).code).toBe(0);
  const newer = join(folder, "newer.isr");
  const bytes = readFileSync(file);
  bytes[8] = 2; // the version
  writeFileSync(newer, bytes);
  const other = join(folder, "other.nes");
  const rom = readFileSync(`${gleam}gleam.nes`);
  rom[5000]! ^= 1;
  writeFileSync(other, rom);
  const lost = join(folder, "lost.isr");
  expect((await start("record", other, "--frames", "10", "--core", "jsnes", "-o", lost).ended).code).toBe(0);
  renameSync(other, `${other}.away`);
  copyFileSync(file, join(folder, "found.isr"));
  const told = async (code: number, says: RegExp, ...args: string[]): Promise<void> => {
    const ended = await start("mirror", ...args).ended;
    expect(ended.err).toMatch(says);
    expect(ended.err.trim().split("\n")).toHaveLength(1);
    expect(ended.code).toBe(code);
  };
  await Promise.all([
    told(2, /instep: ws:\/\/127\.0\.0\.1:1: nobody listens there/, "ws://127.0.0.1:1"),
    told(2, /instep: .*none\.isr: no such file/, join(folder, "none.isr")),
    told(2, /version 2 of \.isr.*update Instep/, newer),
    told(2, /away: is not the game of .*SHA-256/, file, "--rom", `${other}.away`),
    told(2, /lost\.isr: its game is not here: other\.nes with SHA-256 [0-9a-f]{64}; .*--rom/, lost),
    told(2, /nothere\.nes: no such file/, file, "--rom", join(folder, "nothere.nes")),
    told(2, /it does not start as an \.isr does/, `${gleam}gleam.nes`),
    told(2, /is there already/, file, "-o", newer),
  ]);
  // The game is found by its hash, and a recording that is whole is only played fast.
  const whole = await start("mirror", join(folder, "found.isr")).ended;
  expect(whole.code, whole.err).toBe(0);
  expect(whole.out).toMatch(/in step: all 60 frames agree/);
});

it("a recording that cannot be served is not begun, so that its name is free for the next attempt", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const out = join(folder, "served.isr");
  const serving = ["record", `${gleam}gleam.nes`, "--core", "jsnes", "--frames", "10", "-o", out, "--serve"];
  const { code, err } = await start(...serving, String(port)).ended;
  other.close();
  expect(err).toMatch(/^instep: --serve: 127\.0\.0\.1:\d+ is in use; choose another port, or none for a free one\n$/);
  expect([code, existsSync(out)]).toEqual([2, false]);
});
