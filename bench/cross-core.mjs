// npm run bench -- cross-core: recordings of one core played on another, in every direction; prints the tables of docs/cross-core.md.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { playBack } from "../dist/follow/playback.node.js";
import { record } from "../dist/follow/record.node.js";
import { explain } from "../dist/replay/explain.js";
import { readReplay } from "../dist/replay/reader.js";
import { parseProfile } from "../dist/watch/profile.js";
import { equalReading } from "../dist/watch/readings.js";
import { ReadingsLog } from "../dist/watch/readings-log.js";
import { shared } from "./support.mjs";

const FRAMES = 3600;
const REPAIRS = ["none", "rng", "values"];
const NES = ["jsnes", "nestopia"];
const GB = ["gambatte", "mgba", "boytacean"];
/** Power-on RAM as nestopia fills it: what is compared is the cores, not what they leave in RAM that nobody wrote to. */
const FILL = { jsnes: { ram: "00" } };
const gleam = fileURLToPath(new URL("../games/gleam/gleam.nes", import.meta.url));
const all = [
  { name: "Gleam, classic rules", rom: gleam, profile: "gleam", bot: "gleam:classic,2,64", cores: NES },
  { name: "Gleam, garbage rules", rom: gleam, profile: "gleam", bot: "gleam:garbage,2,104", cores: NES },
  { name: "Gleam, clock rules", rom: gleam, profile: "gleam", bot: "gleam:clock,2,64", cores: NES },
  ...["lj65", "thwaite128", "croom", "cybercoaster"].map((name) => ({
    name,
    rom: shared(`nes/${name}.nes`),
    profile: "nes",
    bot: "random:1",
    cores: NES,
    settings: FILL,
  })),
  { name: "GB Pong", rom: shared("gb/alixnovosi-pong.gbc"), profile: "pong", bot: "random:1", cores: GB },
  { name: "2048-gb", rom: shared("gb/2048.gb"), profile: "2048", bot: "random:1", cores: GB },
  { name: "Tobu Tobu Girl", rom: shared("gb/tobu.gb"), profile: "tobu", bot: "random:1", cores: GB },
];

/** CROSS_CORE=pong measures the games of that name only. */
const GAMES = all.filter(({ name }) => name.toLowerCase().includes((process.env.CROSS_CORE ?? "").toLowerCase()));

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), "instep-cross-"));
  try {
    console.log(
      `| game | recorded on | played on | ${REPAIRS.map((r) => `\`--repair ${r}\``).join(" | ")} | what is told without repair |`,
    );
    console.log("|---|---|---|---|---|---|---|");
    for (const game of GAMES) for (const from of game.cores) await measure(game, from, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ name, rom, profile, bot, cores, settings = {} }, from, folder) {
  const out = join(folder, "take.isr");
  const watched = profile && profileOf(`${profile}.json`);
  await record(
    { rom, core: from, settings: settings[from] ?? {}, profile: watched, bot, out, overwrite: true, keyframeEvery: 0 },
    FRAMES,
  );
  const replay = readReplay(out, readFileSync(out));
  for (const to of cores.filter((core) => core !== from)) {
    const said = [];
    let cause;
    for (const repair of REPAIRS) {
      if (!restores(replay.profile, repair)) {
        said.push("");
        continue;
      }
      const log = new ReadingsLog(replay.profile, FRAMES);
      const playback = await playBack(out, replay, {
        rom,
        core: to,
        settings: settings[to],
        repair,
        onReadings: (r) => log.append(r),
      });
      said.push(told(replay, playback, log));
      if (repair === "none" && playback.first)
        cause = explain(replay, playback, log.slice(0, log.length))?.what.replace(/ before .*/, "");
    }
    console.log(`| ${name} | ${from} | ${to} | ${said.join(" | ")} | ${cause ?? ""} |`);
  }
}

const profileOf = (file) => {
  const text = readFileSync(new URL(`profiles/${file}`, import.meta.url), "utf8");
  return { name: file, profile: parseProfile(file, text) };
};

/** The profile names something that this repair puts back. */
const restores = ({ rng, restore }, repair) =>
  repair === "none" || rng.length > 0 || (repair === "values" && restore.length > 0);

/** Frames that differ, in probes where the profile has some; the first; and how it ends. */
function told({ profile, readings }, { first, differing }, log) {
  if (differing === 0) return "in step";
  const width = profile.probes.length;
  let probes = 0;
  let last = true;
  for (let frame = profile.from; frame < log.length; frame++) {
    const [expected, actual] = [readings.slice(frame, 1), log.slice(frame, 1)];
    last = profile.probes.every((probe, p) => equalReading(probe, expected.values[p], actual.values[p]));
    if (width > 0 && !last) probes++;
    if (width === 0) last = expected.prints[0] === actual.prints[0];
  }
  const what = width > 0 && profile.fingerprint ? ` (${probes} in probes)` : "";
  return `${differing}${what} from ${first.frame}, ${last ? "ends in step" : "ends apart"}`;
}
