import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { instep, scratch } from "../support/cli.ts";
import { Shell } from "../support/shell.ts";

// Everybody is a process; they meet at the host's own relay.
vi.setConfig({ testTimeout: 90_000, maxConcurrency: 4 });

const gleam = fileURLToPath(new URL("../../games/gleam/gleam.nes", import.meta.url));
const rally = fileURLToPath(new URL("../../games/rally/rally.gbc", import.meta.url));
const folder = scratch();
const start = (name: string, ...args: string[]): Shell => new Shell(folder, name, ...args);

const host = (name: string, ...flags: string[]): Shell =>
  start(name, "host", gleam, "--core", "nestopia", "--bot", "gleam", "-o", join(folder, `${name}.isr`), ...flags);

const join_ = (name: string, url: string, ...flags: string[]): Shell =>
  start(name, "join", url, gleam, "--bot", "gleam", "-o", join(folder, `${name}.isr`), ...flags);

const bytesOf = (name: string): Buffer => readFileSync(join(folder, `${name}.isr`));

// They wait for the clock more than they compute.
describe.concurrent("netplay from the shell", () => {
  it("two play, one watches, all have the same recording, and it proves who pressed what", async () => {
    const ada = host("Ada", "--frames", "420");
    const { url, code } = await ada.hears("room");
    expect(url).toMatch(new RegExp(`^ws://127\\.0\\.0\\.1:\\d+/${code}$`));
    const bo = join_("Bo", url);
    const eve = start("Eve", "watch", url, gleam, "-o", join(folder, "Eve.isr"));
    await bo.hears("started");
    ada.type("say good luck");
    expect(await bo.hears("said")).toMatchObject({ name: "Ada", text: "good luck" });
    expect(await Promise.all([ada.ended, bo.ended, eve.ended])).toEqual([0, 0, 0]);
    for (const shell of [ada, bo]) {
      expect(shell.told.at(-1)).toMatchObject({ event: "over", frames: 420, desyncs: 0, evidence: [] });
      expect(shell.all("desync")).toEqual([]);
    }
    expect(bytesOf("Ada").equals(bytesOf("Bo"))).toBe(true);
    expect(bytesOf("Ada").equals(bytesOf("Eve"))).toBe(true);
    const { code: verified, out } = instep("verify", join(folder, "Ada.isr"), "--rom", gleam, "--signatures");
    expect(verified).toBe(0);
    expect(out).toMatch(/player 1 \(Ada\): signed to frame 420/);
    expect(out).toMatch(/player 2 \(Bo\): signed to frame 420/);
  });

  it("a poked byte is named on both sides and mended, and what each side keeps shows whose machine went wrong", async () => {
    const ann = host("Ann", "--frames", "400");
    const ben = join_("Ben", (await ann.hears("room")).url, "--fault", "poke@200");
    expect(await Promise.all([ann.ended, ben.ended])).toEqual([0, 0]);
    for (const [shell, other] of [
      [ann, "Ben"],
      [ben, "Ann"],
    ] as const) {
      const desync = shell.all("desync")[0]!;
      expect(desync).toMatchObject({ name: other });
      expect(desync.frame).toBeGreaterThan(200);
      expect(desync.frame).toBeLessThanOrEqual(203);
      expect(desync.noticedAt).toBeGreaterThanOrEqual(desync.frame);
      expect(desync.noticedAt - desync.frame).toBeLessThanOrEqual(2);
      expect(desync.bytes).toContainEqual(expect.objectContaining({ region: "ram", address: 0x400 }));
      expect(shell.all("repaired")).toHaveLength(1);
      expect(shell.told.at(-1)).toMatchObject({ frames: 400, exitCode: 0 });
    }
    expect(bytesOf("Ann").equals(bytesOf("Ben"))).toBe(true);
    const [right, wrong] = [ann, ben].map((shell) => instep("replay", shell.told.at(-1)!.evidence[0], "--rom", gleam));
    expect([right!.code, wrong!.code]).toEqual([0, 1]);
    expect(wrong!.out).toContain(`first difference: frame ${ann.all("desync")[0]!.frame}`);
  });

  it("an option behind the session's back is noticed and mended by a machine that is as agreed", async () => {
    const cat = host("Cat", "--frames", "300");
    const dan = join_("Dan", (await cat.hears("room")).url, "--fault", "set:nestopia_overclock=2x");
    expect(await Promise.all([cat.ended, dan.ended])).toEqual([0, 0]);
    expect(dan.all("desync").length).toBeGreaterThan(0);
    for (const { frame, noticedAt } of [...cat.all("desync"), ...dan.all("desync")])
      expect(noticedAt - frame).toBeLessThanOrEqual(2);
    expect(dan.all("repaired")).toHaveLength(1);
    expect(bytesOf("Cat").equals(bytesOf("Dan"))).toBe(true);
    expect(instep("verify", join(folder, "Cat.isr"), "--rom", gleam).code).toBe(0);
  });

  it("whoever was killed comes back with the same key, and the recording is whole", async () => {
    const fay = host("Fay", "--frames", "600");
    const { url } = await fay.hears("room");
    const gus = join_("Gus", url);
    await vi.waitFor(() => expect(gus.all("stats").at(-1)?.frame).toBeGreaterThan(100), { timeout: 30_000 });
    gus.child.kill("SIGKILL");
    await gus.ended;
    const again = join_("Gus", url, "--overwrite");
    expect(await again.hears("back", 60)).toMatchObject({ name: "Gus", seat: 1 });
    expect(await Promise.all([fay.ended, again.ended])).toEqual([0, 0]);
    expect(again.told.at(-1)).toMatchObject({ frames: 600, desyncs: 0 });
    for (const name of ["Fay", "Gus"])
      expect(instep("verify", join(folder, `${name}.isr`), "--rom", gleam, "--signatures").code).toBe(0);
  });

  it("says in one line on both sides who was not let in, and why; the others go on", async () => {
    const hal = host("Hal");
    const { url } = await hal.hears("room");
    const ida = start("Ida", "join", url, rally);
    expect(await ida.ended).toBe(2);
    const line = /^Ida has another game: rally\.gbc \(SHA-256 \w{12}\.\.\.\), not gleam\.nes \(SHA-256 \w{12}\.\.\.\)$/;
    expect((await ida.hears("refused")).why).toMatch(line);
    expect((await hal.hears("refused")).why).toMatch(line);
    copyFileSync(join(folder, "Hal.pem"), join(folder, "Twin.pem"));
    const twin = join_("Twin", url);
    expect(await twin.ended).toBe(2);
    const twice = "Twin comes with the key of Hal: who plays on one computer has a --key FILE each";
    expect((await twin.hears("refused")).why).toBe(twice);
    expect(hal.all("refused").at(-1)?.why).toBe(twice);
    const jan = join_("Jan", url);
    await hal.hears("joined");
    const kim = join_("Kim", url);
    expect(await kim.ended).toBe(2);
    expect((await kim.hears("refused")).why).toMatch(/^(the game is full: 2 play|the game has begun)$/);
    await jan.hears("stats");
    hal.type("end that is enough");
    expect(await Promise.all([hal.ended, jan.ended])).toEqual([0, 0]);
    expect(jan.told.at(-1)).toMatchObject({ why: "Hal: that is enough", desyncs: 0 });
    expect(bytesOf("Hal").equals(bytesOf("Jan"))).toBe(true);
  });

  it("says when a player is lost, and ends where the rule says so", async () => {
    const leo = host("Leo", "--lost", "end");
    const mia = join_("Mia", (await leo.hears("room")).url);
    await mia.hears("stats");
    mia.child.kill("SIGKILL");
    expect(await leo.ended).toBe(1);
    expect(leo.told.at(-1)).toMatchObject({ event: "over", why: "Mia is lost" });
    expect(instep("verify", join(folder, "Leo.isr"), "--rom", gleam).code).toBe(0);
  });
});

describe("what cannot begin ends in one line", () => {
  it.each([
    [["join", "ws://127.0.0.1:9/ABCDEF", gleam], /^instep: ws:\/\/127\.0\.0\.1:9: the relay cannot be reached .*\n$/],
    [["join", "nonsense", gleam], /^instep: nonsense: a relay is named like ws:\/\/HOST:PORT or wss:\/\/HOST\n$/],
    [["host", "nowhere.nes"], /^instep: nowhere\.nes: no such file\n$/],
    [["host", gleam, "--players", "5"], /^instep: --players 5: .*gleam\.nes on \w+ has \d pads\n$/],
    [["host", gleam, "--window", "13"], /^instep: .*A number from 0 to 12 is meant\.\n/],
    [["host", gleam, "--listen", "7070"], /^instep: --listen 7070: ADDRESS:PORT is meant, such as 0\.0\.0\.0:7070\n$/],
  ])("%j", (args, line) => {
    const { code, err } = instep("netplay", ...args, "--no-record");
    expect(err).toMatch(line);
    expect(code).toBe(2);
  });

  it("a recording that is there already is not written over", async () => {
    writeFileSync(join(folder, "Nat.isr"), "mine");
    const nat = host("Nat");
    const oda = join_("Oda", (await nat.hears("room")).url);
    expect(await nat.ended).toBe(2);
    expect(nat.err).toContain("is there already");
    expect(readFileSync(join(folder, "Nat.isr"), "utf8")).toBe("mine");
    await oda.ended;
  });
});
