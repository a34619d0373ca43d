import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openRun } from "../../src/follow/open-run.node.ts";
import { readMovie } from "../../src/replay/movies.ts";
import { parseProfile } from "../../src/watch/profile.ts";

const path = (name: string): string => fileURLToPath(new URL(`../../games/${name}`, import.meta.url));

test("the ROM is what its sources build, byte for byte (needs gcc-arm-none-eabi)", () => {
  const said = execFileSync(process.execPath, [path("build.mjs"), "--check", "ringway"], { encoding: "utf8" });
  expect(said).toBe("ringway: 24064 bytes\n");
});

test("the bot's flight ends on the far side, and on an interpreted CPU it parts at the first sparks", async () => {
  const movie = readMovie("ringway.isr", readFileSync(path("ringway/ringway.isr")));
  const profile = parseProfile("profile.json", readFileSync(path("ringway/profile.json"), "utf8"));
  const open = (settings: Record<string, string>) =>
    openRun({
      rom: path("ringway/ringway.nds"),
      core: "desmume",
      settings,
      movie,
      profile: { name: "profile.json", profile },
    });
  const native = await open({});
  const other = await open({ desmume_cpu_mode: "interpreter" });
  const phase = profile.probes.findIndex((probe) => probe.name === "phase");
  const upTo = { native: native.run.play(530), other: other.run.play(530) };
  expect(upTo.native.prints.findIndex((print, i) => print !== upTo.other.prints[i]) + 1).toBe(520);
  native.run.play(movie.length - 530);
  expect(native.run.read().values[phase]).toBe(2);
  native.run.machine.close();
  other.run.machine.close();
}, 180_000);
