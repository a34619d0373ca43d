// The table of docs/determinism.md: audits games on the cores that are here. `node scripts/determinism.mjs [FOLDER]`: games of
// that folder too (by system: nes/, gb/, ...). INSTEP_AUDIT_JOBS is a folder for finished trials: run again, it goes on.
import { existsSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { audit } from "../dist/audit/audit.node.js";
import { syncSettings } from "../dist/audit/audit-told.js";
import { Problem } from "../dist/problem.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const data = process.argv[2];
const jobs = process.env.INSTEP_AUDIT_JOBS;
if (jobs) mkdirSync(jobs, { recursive: true });
/** Seconds for a core's first game, whose options are tried too, and for each other one. */
const [FULL, BRIEF] = [80, 30];
const FRAMES = 240;

const SUBJECTS = [
  [
    "nestopia",
    "nes",
    ["games/gleam/gleam.nes", "games/rally/rally.nes", "nes/cybercoaster.nes", "nes/thwaite128.nes", "nes/nova.nes"],
  ],
  ["jsnes", "nes", ["games/gleam/gleam.nes", "games/zoo/zoo.nes", "nes/cybercoaster.nes", "nes/lj65.nes"]],
  ["boytacean", "gb", ["gb/tobu.gb", "gb/ucity.gbc"]],
  ["gambatte", "gb", ["gb/tobu.gb", "gb/ucity.gbc"]],
  ["mgba", "gba", ["gba/voxelburg.gba", "gba/minicraft.gba"]],
  ["bsnes", "snes", ["snes/star-merchants.sfc"]],
  ["desmume", "nds", ["nds/pong-ds.nds"]],
  ["mupen64plus", "n64", ["n64/FlappyBird-v1.5.z64"]],
  ["link", "gb", ["gb/2048.gb"]],
];

console.log("| core | game | trials | the same | differ | in picture or sound alone | not tried |");
console.log("|---|---|---|---|---|---|---|");
const notes = [];
for (const [core, system, games] of SUBJECTS) {
  let first = true;
  for (const game of games) {
    const rom = game.startsWith("games/") ? join(root, game) : data && join(data, game);
    if (!rom || !existsSync(rom)) continue;
    try {
      const result = await audit({
        rom,
        core,
        settings: {},
        movie: presses(system),
        frames: FRAMES,
        budget: first ? FULL : BRIEF,
        only: first ? undefined : /^(?!option)/,
        job: jobs && join(jobs, `${core}-${basename(game)}.jsonl`),
      });
      console.log(row(core, basename(game), result));
      notes.push(...told(core, basename(game), result, first));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      console.log(`| ${core} | ${basename(game)} | ${error.message.split(";")[0]} | | | | |`);
    }
    first = false;
  }
}
for (const line of notes) console.log(line);

function row(core, game, { findings }) {
  const count = (...verdicts) => findings.filter(({ verdict }) => verdicts.includes(verdict)).length;
  return `| ${core} | ${game} | ${findings.length} | ${count("same")} | ${count("differs", "unsure")} | ${count("output")} | ${count("untried")} |`;
}

/** What is no option and did not stay the same, and what the options are. */
function told(core, game, result, options) {
  const lines = ["", `**${core}, ${game}**`, ""];
  for (const { id, kind, verdict, frame, place, bytes, output, unsteady, why } of result.findings) {
    if (kind === "option" || verdict === "same") continue;
    if (verdict === "untried") lines.push(`- ${id}: not tried: ${why}`);
    else if (output) lines.push(`- ${id}: ${output} from frame ${frame}`);
    else {
      const at = place
        ? `${place.region} $${place.address.toString(16).padStart(4, "0")}, ${bytes} bytes`
        : "memory of another shape";
      lines.push(`- ${id}: ${verdict} from frame ${frame} (${at}${unsteady ? ", otherwise each time" : ""})`);
    }
  }
  if (options) {
    const { sync, output, unseen } = syncSettings(result);
    for (const [words, group] of [
      ["change the run", sync],
      ["picture or sound alone", output],
      ["nothing seen", unseen],
    ])
      lines.push(
        `- options, ${words}: ${
          Object.keys(group)
            .map((key) => `\`${key}\``)
            .join(", ") || "none"
        }`,
      );
  }
  return lines.length > 3 ? lines : [];
}

/** Pads that are pressed at random, the same each time. */
function presses(system) {
  const buttons = new Uint32Array(FRAMES);
  let x = 12345;
  const random = (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
  for (let i = 20; i < FRAMES; i += 6) buttons.fill(1 << random(12), i, i + 1 + random(5));
  const tracks = [{ device: "pad", buttons }];
  return { system, by: "frame", length: FRAMES, tracks, events: [], start: { kind: "power-on" }, rom: {} };
}
