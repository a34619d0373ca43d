import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { openAs } from "../../src/cli/netplay-machine.ts";
import { bootHash, sha256Hex } from "../../src/machine/boot.ts";
import { BUTTON, NO_INPUT } from "../../src/machine/input.ts";
import { regionOf } from "../../src/machine/machine.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { HEDGE, openLink, RALLY } from "../machine/link-open.ts";
import { memoryPrint } from "../machine/run.ts";
import { instep, scratch } from "../support/cli.ts";
import { Shell } from "../support/shell.ts";

const folder = scratch();
const path = (name: string): string => join(folder, name);
const start = (name: string, ...args: string[]): Shell => new Shell(folder, name, ...args, "-o", path(`${name}.isr`));

describe.concurrent("netplay over linked consoles", () => {
  it("two cartridges that differ are played together by two who have both", async () => {
    // Another cartridge of the same game: its last byte, which nobody reads, is different.
    copyFileSync(RALLY, path("red.gbc"));
    const blue = readFileSync(RALLY);
    blue[blue.length - 1]! ^= 1;
    writeFileSync(path("blue.gbc"), blue);
    const host = ["host", path("red.gbc"), "--rom2", path("blue.gbc"), "--core", "link", "--set", "consoles=2"];
    const ada = start("Ada", ...host, "--bot", "rally", "--frames", "420");
    const { url } = await ada.hears("room");
    const lone = start("Lone", "join", url, path("red.gbc"), "--bot", "rally");
    expect(await lone.ended).toBe(2);
    expect((await lone.hears("refused")).why).toMatch(/^Lone has another game: red\.gbc .*, not blue\.gbc /);
    const bo = start("Bo", "join", url, path("blue.gbc"), path("red.gbc"), "--bot", "rally");
    expect(await Promise.all([ada.ended, bo.ended])).toEqual([0, 0]);
    expect(readFileSync(path("Ada.isr")).equals(readFileSync(path("Bo.isr")))).toBe(true);
    const { movie, recording } = readReplay("Ada.isr", readFileSync(path("Ada.isr")));
    const boot = recording.boot as { content: { name: string }; more: { content: { name: string } }[] };
    expect([boot.content.name, boot.more[0]!.content.name]).toEqual(["red.gbc", "blue.gbc"]);
    for (const { buttons } of movie.tracks) expect(buttons.some((held) => held !== 0)).toBe(true);
    expect(instep("verify", path("Ada.isr"), "--signatures").code).toBe(0);
  }, 60_000);

  it("everybody brings the save of their own cartridge, all have it at the start, and each keeps theirs", async () => {
    const machine = await openLink(HEDGE, { consoles: "2" });
    const { size } = regionOf(machine, "1.save")!;
    machine.close();
    const saves = ["Cy", "Di"].map((name, i) => {
      const save = new Uint8Array(size).map((_, at) => (at * (i + 3)) & 255);
      writeFileSync(path(`${name}.sav`), save);
      return save;
    });
    const bot = ["--bot", "hedge"];
    const link = ["--core", "link", "--set", "consoles=2", "--frames", "300"];
    const cy = start("Cy", "host", HEDGE, ...link, ...bot, "--save", path("Cy.sav"));
    const { url } = await cy.hears("room");
    writeFileSync(path("Max.sav"), new Uint8Array(size + 1));
    const max = start("Max", "join", url, HEDGE, ...bot, "--save", path("Max.sav"));
    expect(await max.ended).toBe(2);
    const why = `Max's save has ${size + 1} bytes, and the game of console 2 keeps ${size}`;
    expect([(await max.hears("refused")).why, (await cy.hears("refused")).why]).toEqual([why, why]);
    const di = start("Di", "join", url, HEDGE, ...bot, "--save", path("Di.sav"));
    expect(await di.hears("save")).toMatchObject({ size: 2 * size });
    expect(await Promise.all([cy.ended, di.ended])).toEqual([0, 0]);
    const { movie, recording } = readReplay("Cy.isr", readFileSync(path("Cy.isr")));
    const boot = recording.boot as { save: string; more: { save: string }[] };
    expect([boot.save, boot.more[0]!.save]).toEqual(saves.map(sha256Hex));
    expect(movie.start).toEqual({ kind: "save", data: saves[0], more: [saves[1]] });
    expect(instep("verify", path("Di.isr"), "--rom", HEDGE).code).toBe(0);
    // Hedge counts what was played in it: the file is written back, and is each player's own.
    for (const name of ["Cy", "Di"]) expect(readFileSync(path(`${name}.sav`)).length).toBe(size);
    expect(readFileSync(path("Cy.sav")).equals(readFileSync(path("Di.sav")))).toBe(false);
  }, 60_000);

  it("in lockstep too, a player pulls the cable and puts it back, for all in the same frames", async () => {
    const link = ["--core", "link", "--players", "2", "--window", "0", "--frames", "360"];
    const eve = start("Eve", "host", HEDGE, ...link, "--bot", "hedge");
    const fay = start("Fay", "join", (await eve.hears("room")).url, HEDGE, "--bot", "hedge");
    await fay.hears("stats");
    fay.type("unplug");
    await vi.waitFor(() => expect(fay.all("stats").length).toBeGreaterThan(2), 30_000);
    fay.type("plug");
    expect(await Promise.all([eve.ended, fay.ended])).toEqual([0, 0]);
    const { movie } = readReplay("Eve.isr", readFileSync(path("Eve.isr")));
    const [never, pulled] = movie.tracks.map(({ buttons }) => [...buttons].map((held) => (held & BUTTON.Unplug) !== 0));
    expect(never).not.toContain(true);
    expect(pulled!.filter(Boolean).length).toBeGreaterThan(30);
    expect([pulled![0], pulled!.at(-1)]).toEqual([false, false]);
    expect(readFileSync(path("Eve.isr")).equals(readFileSync(path("Fay.isr")))).toBe(true);
    expect(eve.told.at(-1)).toMatchObject({ desyncs: 0, rollbacks: 0 });
  }, 60_000);

  it("whoever leaves comes back to their console, and the others have played on", async () => {
    const hal = start("Hal", "host", HEDGE, "--players", "2", "--frames", "540", "--bot", "hedge");
    const { url } = await hal.hears("room");
    const ida = start("Ida", "join", url, HEDGE, "--bot", "hedge");
    await ida.hears("stats");
    ida.type("leave");
    expect(await ida.ended).toBe(0);
    const again = start("Ida", "join", url, HEDGE, "--bot", "hedge", "--overwrite");
    expect(await again.hears("back", 60)).toMatchObject({ name: "Ida", seat: 1 });
    expect(await Promise.all([hal.ended, again.ended])).toEqual([0, 0]);
    for (const shell of [hal, again]) expect(shell.told.at(-1)).toMatchObject({ frames: 540, desyncs: 0 });
    const tracks = ["Hal", "Ida"].map((name) => readReplay(name, readFileSync(path(`${name}.isr`))).movie.tracks);
    expect(tracks[0]).toEqual(tracks[1]);
    expect(instep("verify", path("Ida.isr"), "--rom", HEDGE, "--signatures").code).toBe(0);
  }, 90_000);

  it("each player sees their own console, of a run that is the same for all", async () => {
    const games = [{ path: HEDGE, name: "hedge.gba", sha256: sha256Hex(readFileSync(HEDGE)) }];
    const all = await openLink(HEDGE, { consoles: "3", show: "all" });
    const seats = await Promise.all([0, 1, 2].map((seat) => openAs(games, all.boot, [], seat)));
    for (const machine of [all, ...seats]) for (let i = 0; i < 100; i++) machine.step(NO_INPUT);
    for (const [seat, { video, boot }] of seats.entries()) {
      expect([video.width, video.height]).toEqual([240, 160]);
      for (let y = 0; y < 160; y++) {
        const own = all.video.pixels.subarray(y * all.video.pitch + seat * 960, y * all.video.pitch + (seat + 1) * 960);
        if (Buffer.compare(own, video.pixels.subarray(y * 960, (y + 1) * 960)) !== 0) expect.fail(`${seat}, row ${y}`);
      }
      expect(bootHash(boot)).toBe(bootHash(all.boot));
    }
    expect(new Set([all, ...seats].map((machine) => memoryPrint(machine))).size).toBe(1);
    for (const machine of [all, ...seats]) machine.close();
  });
});
