import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { writeIsr } from "../../src/replay/isr.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { PROFILE } from "../replay/gleam.ts";
import { type Ended, instep, scratch } from "../support/cli.ts";

const rom = fileURLToPath(new URL("../../games/gleam/gleam.nes", import.meta.url));
const folder = scratch();
const file = (name: string): string => join(folder, name);
const recording = file("game.isr");
const FRAMES = 300;

beforeAll(() => {
  writeFileSync(file("gleam.json"), JSON.stringify(PROFILE));
  const flags = [
    "--core",
    "jsnes",
    "--bot",
    "gleam:classic,2,64",
    "--frames",
    String(FRAMES),
    "--profile",
    file("gleam.json"),
  ];
  const made = instep("record", rom, ...flags, "-o", recording, "--json");
  expect(made.code, made.err).toBe(0);
  expect(JSON.parse(made.out)).toMatchObject({ file: recording, frames: FRAMES, uncovered: [] });
});

/** One line on stderr that says this, that exit code, no stack trace. */
function refused(ended: Ended, says: RegExp, code = 2): void {
  expect(ended.err.trim().split("\n"), ended.err).toHaveLength(1);
  expect(ended.err).toMatch(says);
  expect(ended.err.startsWith("instep: ")).toBe(true);
  expect(ended.code).toBe(code);
}

describe("instep replay", () => {
  it("of a recording that plays as recorded ends with 0", () => {
    const { code, out } = instep("replay", recording);
    expect(out).toBe(`${recording}: ${FRAMES} frames on jsnes 3.0.0\nin step: all ${FRAMES + 1} frames agree\n`);
    expect(code).toBe(0);
  });

  it("of one that parts ends with 1, and says where, in what, why and what cures it", () => {
    const { code, out } = instep("replay", recording, "--repair", "none", "--fault", "lag@250");
    expect(code).toBe(1);
    const lines = out.trimEnd().split("\n");
    const line = (start: string) => lines.find((l) => l.startsWith(start));
    expect(line("first difference")).toMatch(/^first difference: frame 25\d: .+ is .+, should be .+/);
    expect(line("why: ")).toMatch(/^why: lag: 1 frame too many run before frame 25\d \(likely\)/);
    expect(line("cure: ")).toContain("--repair state");
    expect(lines.at(-1)).toMatch(/^\d+ of 301 frames differ$/);
  });

  it("goes on from the recording's own states with --repair state, and ends with 0", () => {
    const { code, out } = instep("replay", recording, "--repair", "state", "--fault", "lag@250");
    expect(out).toContain("repaired with the recording's states at 1 frame, first 25");
    expect(code).toBe(0);
  });

  it("says all of it as one line of JSON", () => {
    const { code, out } = instep("replay", recording, "--repair", "none", "--fault", "lag@250", "--json");
    expect(out.trimEnd()).not.toContain("\n");
    const said = JSON.parse(out);
    expect(said).toMatchObject({ file: recording, frames: FRAMES, complete: true, inStep: false, repairs: [] });
    expect(said.explanation).toMatchObject({ class: "lag", likely: "likely", visible: said.first.frame });
    expect(said.explanation.evidence.length).toBeGreaterThan(0);
    expect(said.explanation.others).toBeInstanceOf(Array);
    expect(said.first.probes[0]).toEqual({
      name: expect.any(String),
      expected: expect.any(Number),
      actual: expect.any(Number),
    });
    // Bytes are text, not a map of numbers.
    expect(said.notes.partings[0].expected).toMatch(/^([0-9a-f]{2})+$/);
    expect(code).toBe(1);
    expect(JSON.parse(instep("replay", recording, "--json").out)).toMatchObject({ inStep: true, differing: 0 });
  });

  it("on another core says what that core cannot do, and nothing of its other settings", () => {
    const { out } = instep("replay", recording, "--core", "nestopia", "--repair", "values");
    expect(out).toContain("another core: it was recorded on jsnes 3.0.0");
    expect(out).toContain('not covered: nestopia has no hooks: "seed", "pad ring", "gem timer" cannot be put back');
    expect(out).not.toContain("settings.");
    refused(instep("replay", recording, "--core", "nestopia", "--repair", "state"), /states nestopia cannot load/);
  });

  it("writes a report when asked", () => {
    const report = file("game.html");
    const { code } = instep("replay", recording, "--set", "overclock=2x", "--repair", "none", "--report", report);
    expect(code).toBe(1);
    expect(readFileSync(report, "utf8")).toContain('<h2 id="why">Why it parted</h2>');
    expect(existsSync(`${report}.part`)).toBe(false);
  });

  it("of what was killed plays what is there, and says so", () => {
    writeFileSync(file("cut.isr"), readFileSync(recording).subarray(0, 4000));
    const { code, out } = instep("replay", file("cut.isr"));
    expect(out).toContain("it has no end: its writer was killed, or still writes");
    expect(out).toMatch(/in step: all \d+ frames agree/);
    expect(code).toBe(0);
  });

  it("of what was damaged plays what stands before that, and does not call it good", () => {
    const hurt = Buffer.from(readFileSync(recording));
    hurt[hurt.length - 200]! ^= 1;
    writeFileSync(file("hurt.isr"), hurt);
    const { code, out } = instep("replay", file("hurt.isr"));
    expect(out).toMatch(/\ndamaged: the item at byte \d+ is damaged; what stands before is played\n/);
    expect(out).toMatch(/in step: all \d+ frames agree/);
    expect(code).toBe(1);
  });

  it("refuses bad input in one line", () => {
    writeFileSync(file("junk.isr"), "junk");
    refused(instep("replay", file("junk.isr")), /junk\.isr: it does not start as an \.isr does/);
    refused(instep("replay", file("none.isr")), /none\.isr: no such file/);
    writeFileSync(file("other.nes"), "another game");
    refused(instep("replay", recording, "--rom", file("other.nes")), /other\.nes: is not the game of .*game\.isr/);
    refused(instep("replay", recording, "--core", "nosuchcore"), /nosuchcore/);
    refused(instep("replay", recording, "--set", "ram=purple"), /purple/);
    refused(instep("replay", recording, "--report", folder), /cannot be written/);
    expect(instep("replay", recording, "--repair", "everything").code).toBe(2);
    expect(instep("replay", recording, "--fault", "lag@0").code).toBe(2);
  });

  it("says what to do where the game is not there", () => {
    // The same recording, of a game that nobody has.
    const bytes = readFileSync(recording);
    const sha = /"?sha256/;
    const text = bytes.toString("latin1");
    const at = text.indexOf("gleam.nes");
    expect(text).toMatch(sha);
    const hash = /[0-9a-f]{64}/g;
    const elsewhere = Buffer.from(text.replaceAll(hash, "0".repeat(64)), "latin1");
    expect(at).toBeGreaterThan(0);
    writeFileSync(file("elsewhere.isr"), elsewhere);
    refused(
      instep("replay", file("elsewhere.isr")),
      /elsewhere\.isr: its game is not here: gleam\.nes with SHA-256 0{64}; put it beside the recording, or give it with --rom/,
    );
  });
});

describe("instep verify", () => {
  it("holds a recording to every frame, and ends with 1 where it does not hold", () => {
    expect(instep("verify", recording)).toMatchObject({ code: 0, out: expect.stringMatching(/\nverified\n$/) });
    const fast = instep("verify", recording, "--set", "overclock=2x", "--json");
    expect(fast.code).toBe(1);
    expect(JSON.parse(fast.out)).toMatchObject({ holds: false, explanation: { class: "lag" } });
  });

  it("with --signatures does not hold for frames that nobody signed, however well they play", () => {
    const signed = file("signed.isr");
    const flags = ["--core", "nestopia", "--keyframes", "0", "--frames", "700", "--sign", file("ada.pem")];
    expect(instep("record", rom, ...flags, "-o", signed).code).toBe(0);
    const whole = instep("verify", signed, "--signatures");
    expect(whole.out).toMatch(/\nplayer 1 \(ada\): signed to frame 700, key [0-9a-f]{64}\nverified\n$/);
    expect(whole.code).toBe(0);
    // As its writer leaves it when it is killed, and as somebody may have gone on with it.
    const bytes = readFileSync(signed);
    const lastLink = bytes.lastIndexOf(Buffer.from([0x83, 12, 0x58, 32]));
    writeFileSync(file("tail.isr"), bytes.subarray(0, lastLink));
    const cut = instep("verify", file("tail.isr"), "--signatures");
    expect(cut.out).toContain("in step: all 701 frames agree");
    expect(cut.out).toMatch(/signed to frame 6\d\d, and NOT the \d+ after it, key .*\nNOT verified\n$/);
    expect(cut.code).toBe(1);
    expect(instep("verify", file("tail.isr")).code).toBe(0);
  });

  it("refuses a file of inputs only before it plays it", () => {
    const { movie } = readReplay(recording, readFileSync(recording));
    writeFileSync(file("inputs.isr"), writeIsr(movie, {}));
    refused(instep("verify", file("inputs.isr"), "--rom", file("none.nes")), /inputs\.isr: holds inputs only/);
  });
});
