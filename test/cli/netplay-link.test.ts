import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/machine/boot.ts";
import { BUTTON } from "../../src/machine/input.ts";
import { regionOf } from "../../src/machine/machine.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { HEDGE, openLink, RALLY } from "../machine/link-open.ts";
import { instep, scratch } from "../support/cli.ts";
import { Shell } from "../support/shell.ts";

const folder = scratch();
const path = (name: string): string => join(folder, name);
const start = (name: string, ...args: string[]): Shell => new Shell(folder, name, ...args, "-o", path(`${name}.isr`));

describe.concurrent("netplay over linked consoles", () => {
  it("two cartridges that differ are played together by two who have both, each sees their own", async () => {
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
    const di = start("Di", "join", (await cy.hears("room")).url, HEDGE, ...bot, "--save", path("Di.sav"));
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

  it("the cable is pulled and put back as an input of its player, for all in the same frame", async () => {
    const bot = `export default ({ args }) => (frame) => { const hold = args === "pull" && frame > 150 && frame < 240; return [0, hold ? ${BUTTON.Unplug} : 0]; };`;
    writeFileSync(path("bot.mjs"), bot);
    const link = ["--players", "2", "--frames", "300"];
    const eve = start("Eve", "host", HEDGE, ...link, "--bot", path("bot.mjs"));
    const fay = start("Fay", "join", (await eve.hears("room")).url, HEDGE, "--bot", `${path("bot.mjs")}:pull`);
    expect(await Promise.all([eve.ended, fay.ended])).toEqual([0, 0]);
    const { movie } = readReplay("Eve.isr", readFileSync(path("Eve.isr")));
    const pulled = [...movie.tracks[1]!.buttons].filter((held) => held & BUTTON.Unplug).length;
    expect(pulled).toBeGreaterThan(60);
    expect([...movie.tracks[0]!.buttons].some((held) => held & BUTTON.Unplug)).toBe(false);
    expect(readFileSync(path("Eve.isr")).equals(readFileSync(path("Fay.isr")))).toBe(true);
    expect(eve.told.at(-1)).toMatchObject({ desyncs: 0 });
  }, 60_000);
});
