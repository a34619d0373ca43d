import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { instep, main, scratch } from "../support/cli.ts";
import { hasShared, shared } from "../support/data.ts";

const movie = shared("movies/bk2/homebrew-cybercoaster-M6779.bk2");
const rom = shared("nes/cybercoaster.nes");
const folder = scratch();
const file = (name: string, data: string | Uint8Array): string => {
  writeFileSync(join(folder, name), data);
  return join(folder, name);
};

/** One line on stderr that says this, that exit code, no stack trace. */
function refused(args: string[], says: RegExp, code = 2): void {
  const ended = instep(...args);
  const lines = ended.err
    .trim()
    .split("\n")
    .filter((line) => line.startsWith("instep: "));
  expect(lines, ended.err).toHaveLength(1);
  expect(lines[0]).toMatch(says);
  expect(ended.err).not.toMatch(/^\s+at /m);
  expect(ended.code).toBe(code);
}

describe.runIf(hasShared)("bad input ends with one line and its exit code", () => {
  const sync = (...more: string[]) => ["sync", movie, "--rom", rom, "-o", join(folder, "out.mkv"), ...more];

  it("a truncated ROM", () => {
    refused(["run", file("cut.nes", readFileSync(rom).subarray(0, 20_000)), "--core", "jsnes"], /cut\.nes: /);
  });
  it("a file that is no ROM", () => {
    refused(["run", file("text.nes", "hello"), "--core", "jsnes"], /text\.nes: /);
  });
  it("a ROM that is not there", () => {
    refused(["run", join(folder, "none.nes")], /none\.nes: no such file/);
  });
  it("a movie that was made for another ROM", () => {
    refused(
      ["sync", movie, "--rom", shared("nes/lj65.nes"), "-o", join(folder, "out.mkv")],
      /was made for another ROM .*--any-rom/,
    );
  });
  it("a movie that is none", () => {
    refused(["sync", file("junk.bk2", "junk"), "--rom", rom, "-o", join(folder, "out.mkv")], /junk\.bk2/);
  });
  it("a core that is not there", () => {
    refused(sync("--core", "nosuchcore"), /nosuchcore/);
  });
  it("another core to sync to, without a profile that says what is put back", () => {
    refused(sync("--target-core", "jsnes"), /instep find canaries .* --target-core jsnes/);
  });
  it("an unknown option, and an unknown value, of a core", () => {
    refused(sync("--core", "jsnes", "--target", "nosuch=1"), /nosuch/);
    refused(sync("--core", "jsnes", "--target", "ram=purple"), /purple.*(ff|random)/);
  });
  it("a profile with a wrong address", () => {
    const profile = file(
      "p.json",
      JSON.stringify({ game: "x", probes: [{ name: "score", region: "ram", address: "0x0900", type: "u8" }] }),
    );
    refused(sync("--core", "jsnes", "--profile", profile), /p\.json: probe "score": 0x0900 is outside "ram"/);
  });
  it("a profile of another game", () => {
    const probes = [{ name: "x", region: "ram", address: 0, type: "u8" }];
    const profile = file("other.json", JSON.stringify({ game: "x", sha256: ["00"], probes }));
    refused(sync("--core", "jsnes", "--profile", profile), /other\.json: its addresses are of another game/);
  });
  it("an output that cannot be written", () => {
    refused(["sync", movie, "--rom", rom, "-o", join(folder, "no/such/out.mkv")], /the folder .* does not exist/);
    refused(["sync", movie, "--rom", rom, "-o", join(folder, "out.doc")], /end its name in/);
    const taken = join(folder, "taken.mkv");
    mkdirSync(taken);
    refused(["sync", movie, "--rom", rom, "-o", taken], /is a folder/);
  });
  it("a job folder of something else", () => {
    const job = join(folder, "job");
    const short = file("short.fm2", `version 3\n${"|0|........|........||\n".repeat(120)}`);
    expect(instep("collect", short, "--rom", rom, "--core", "jsnes", "--job", job, "--json").code).toBe(0);
    refused(
      ["collect", short, "--rom", rom, "--core", "jsnes", "--native", "ram=00", "--job", job],
      /holds another job \(its native differs\)/,
    );
  });
  it("wrong usage", () => {
    expect(instep("sync").code).toBe(2);
    expect(instep("nosuch").code).toBe(2);
    expect(instep("run", rom, "--frames", "-1").code).toBe(2);
    expect(instep("run", rom, "--shot", "x.png").code).toBe(2);
  });
});

describe("what is printed", () => {
  const said = (to: string): string =>
    execFileSync("bash", [
      "-c",
      `{ "$0" "$1" --help 2>&3 ${to}; echo "\${PIPESTATUS[0]}"; } 3>&1`,
      process.execPath,
      main,
    ]).toString();

  it("may be read in part, and where it cannot be written that is told", () => {
    expect(said("| true")).toBe("0\n");
    expect(said("> /dev/full")).toBe("instep: what it has to say cannot be written (ENOSPC)\n2\n");
  });
});

describe("help", () => {
  it("of every command has an example", () => {
    const commands = [...instep("--help").out.matchAll(/^ {2}([a-z]+) /gm)]
      .map((m) => m[1]!)
      .filter((name) => name !== "help");
    expect(commands.length).toBeGreaterThanOrEqual(9);
    for (const name of commands) expect(instep(name, "--help").out, name).toContain("Example:\n  $ instep ");
  });
});
