import { describe, expect, test } from "vitest";
import { drawsAhead, drawsBetween } from "../../src/movie/slp/lcg.ts";
import { readSlp, SlpReader } from "../../src/movie/slp/reader.ts";
import { summarize } from "../../src/movie/slp/summary.ts";
import { verifySlp } from "../../src/movie/slp/verify.ts";
import { hasShared } from "../support/data.ts";
import { eventsOf, fileOf, restOf } from "./encode.ts";
import { bytesOf, FILES } from "./files.ts";

const ONLINE = "slippi-js/consistencyTest/NessVFox-Absorb.slp";
const CONSOLE = "peppi/short_game_tbh10.slp";

test("draws between two states are counted, however many they are", () => {
  let state = 0x12345678;
  for (let i = 1; i <= 5000; i++) {
    state = (Math.imul(state, 214013) + 2531011) >>> 0;
    if (i % 499 === 0) expect(drawsBetween(0x12345678, state)).toBe(i);
  }
  expect(drawsBetween(7, 7)).toBe(0);
  expect(drawsAhead(state, 0x12345678)).toBe(-5000);
  expect(drawsBetween(0, 0x80000000)).toBe(0x80000000);
});

describe.runIf(hasShared)("real recordings", () => {
  test("all hold, and the seeds of all follow each other", () => {
    const states: Record<string, number> = {};
    const sources: Record<string, number> = {};
    let [seeds, most] = [0, 0];
    for (const name of FILES) {
      const check = verifySlp(readSlp(name, bytesOf(name)));
      expect({ name, ...check }).toMatchObject({ holds: true, faults: [], missing: [], seeds: { wrong: [] } });
      states[check.state] = (states[check.state] ?? 0) + 1;
      sources[check.seeds.source] = (sources[check.seeds.source] ?? 0) + 1;
      seeds += check.seeds.checked;
      most = Math.max(most, check.seeds.mostDraws);
    }
    expect(states).toEqual({ whole: 84, unfinished: 3 });
    expect(sources).toEqual({ game: 78, online: 8, none: 1 });
    expect(most).toBe(340);
    console.log(`${FILES.length} files hold; ${seeds} seeds follow each other`);
  });

  test("rollbacks are told of, with the frames that they sent again", () => {
    const { rollbacks } = verifySlp(readSlp(ONLINE, bytesOf(ONLINE)));
    expect(rollbacks).toEqual([
      { frame: 59, frames: 2 },
      { frame: 122, frames: 1 },
      { frame: 184, frames: 1 },
      { frame: 268, frames: 1 },
    ]);
  });

  test("a frame that is missing, events without their frame, and a wrong metadata are found", () => {
    const bytes = bytesOf(CONSOLE);
    const events = eventsOf(bytes);
    const gap = fileOf(
      events.filter(({ frame }) => frame === undefined || frame < -80 || frame > -78),
      restOf(bytes),
    );
    const check = verifySlp(readSlp("gap.slp", gap));
    expect(check).toMatchObject({ holds: false, missing: [{ from: -80, to: -78 }] });

    const half = fileOf(
      events.filter(({ frame, bytes: [command] }) => frame !== -80 || command !== 0x38),
      restOf(bytes),
    );
    const faults = verifySlp(readSlp("half.slp", half)).faults.map(({ what }) => what);
    expect(faults).toEqual(["frame -80 lacks what port 1 was after it", "frame -80 lacks what port 4 was after it"]);

    const end = fileOf(
      events.filter(({ frame }) => frame !== 8),
      restOf(bytes),
    );
    expect(verifySlp(readSlp("end.slp", end)).faults[0]!.what).toBe(
      "its metadata ends it at frame 8, and it ends at 7",
    );
  });

  test.each([CONSOLE, ONLINE])("a seed that nothing leads to is found: %s", (name) => {
    const slp = readSlp(name, bytesOf(name));
    const bytes = bytesOf(name);
    bytes[slp.tracks[1]!.pre.offset(60) + 7]! ^= 0x01;
    const { holds, seeds } = verifySlp(readSlp(name, bytes));
    expect(holds).toBe(false);
    expect(seeds.wrong[0]).toMatchObject({ frame: -63, where: `port ${slp.tracks[1]!.port}` });
    const written = bytesOf(name);
    written[slp.frames!.offset(60) + 6]! ^= 0x80;
    expect(verifySlp(readSlp(name, written)).seeds.wrong[0]).toMatchObject({ frame: -63, where: "frame start" });
  });

  test("a file that is cut anywhere is said to be cut, and holds what stands before", () => {
    const whole = bytesOf(CONSOLE);
    for (let length = 20_000; length < whole.length; length += 997) {
      const slp = readSlp("cut.slp", whole.slice(0, length));
      const raw = 15 + new DataView(whole.buffer).getUint32(11);
      if (length < raw) {
        const check = verifySlp(slp);
        expect(check).toMatchObject({ state: "cut", holds: false });
        expect(check.notes[0]).toBe(`cut at byte ${length}: ${raw - length} bytes of the game are missing`);
      }
      expect(slp.rows).toBeLessThanOrEqual(132);
    }
  });

  test("read in pieces of any size, a file is what it is as a whole", () => {
    for (const name of [ONLINE, "slippi-js/history/itemExport.slp", "slippi-js/pal.slp"]) {
      const bytes = bytesOf(name);
      const whole = readSlp(name, bytes);
      let size = 1;
      const reader = new SlpReader(name);
      for (let at = 0; at < bytes.length; at += size, size = ((size * 7) % 4099) + 1)
        reader.append(bytes.slice(at, at + size));
      const slp = reader.finish();
      expect(summarize(slp)).toEqual(summarize(whole));
      expect(verifySlp(slp)).toEqual(verifySlp(whole));
      expect(slp.tracks[1]!.post.column("x")).toEqual(whole.tracks[1]!.post.column("x"));
      expect(slp.items?.column("x")).toEqual(whole.items?.column("x"));
      expect(slp.metadata).toEqual(whole.metadata);
    }
  });

  test("settings of the game, players and the end are as its players saw them", () => {
    const of = (name: string) => summarize(readSlp(name, bytesOf(name)));
    expect(readSlp("pal", bytesOf("slippi-js/pal.slp")).start.pal).toBe(true);
    expect(readSlp("us", bytesOf("slippi-js/nametags3.slp")).start.pal).toBe(false);
    const fixes = readSlp("fixes", bytesOf("slippi-js/controllerFixes.slp")).start.players;
    expect(fixes.map(({ dashback, shieldDrop }) => [dashback, shieldDrop])).toEqual([
      ["Dween", "Dween"],
      ["UCF", "UCF"],
      ["off", "off"],
    ]);
    expect(of("slippi-js/history/Stamina.slp").players.map(({ character }) => character)).toEqual(["Marth", "Zelda"]);
    expect(of("slippi-js/doubles.slp")).toMatchObject({ stage: "Battlefield", end: "resolved" });
    // A stock that was stolen from a teammate: five were lost, and only four were there at the start.
    expect(of("slippi-js/doubles.slp").players[0]!.stocksLost).toHaveLength(5);
    expect(of("peppi/v3.18.slp")).toMatchObject({ stage: "Fountain of Dreams", end: "no contest", leftBy: 1 });
    expect([...readSlp("fod", bytesOf("peppi/v3.18.slp")).stageEvents()]).toHaveLength(99);
    // The flag of stamina is where the specification has it; slippi-js looks 5 bytes before it.
    expect(readSlp("stamina", bytesOf("slippi-js/history/Stamina.slp")).start.players[0]!.stamina).toBe(true);
  });
});
