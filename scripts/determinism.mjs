// Audits every game at hand on every core that is installed, and prints what docs/determinism.md shows:
//   node scripts/determinism.mjs [FOLDER] [--write] [--budget SECONDS]
// FOLDER has more games, by system (nes/, gb/, gba/, ...). --write puts it into that page, what was found in each core into a page of its
// own beside it (docs/determinism/CORE.md), and what options change into src/machine/measured-settings.ts. With INSTEP_AUDIT_JOBS, a folder for finished trials, it goes on where it was stopped.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { audit } from "../dist/audit/audit.node.js";
import { presses } from "../dist/audit/audit-presses.js";
import { syncSettings } from "../dist/audit/audit-told.js";
import { listCores } from "../dist/machine/cores.node.js";
import { Problem } from "../dist/problem.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean" }, budget: { type: "string" } },
});
const [data] = positionals;
const jobs = process.env.INSTEP_AUDIT_JOBS;
if (jobs) mkdirSync(jobs, { recursive: true });

const FRAMES = 240;
/** Seconds for a game whose core's options are tried too, and for each other one. */
const [FULL, BRIEF] = [600, 120];
const NEAR = ["nes", "gb", "gba", "nds", "snes", "n64"];
/** Cores whose first choice is another: which games they get. */
const ONLY = {
  mgba: /\.gba$|rally|2048|ucity/,
  link: /rally|hedge|2048/,
};
/** Whose options are tried: the game that shows the most of its core. */
const SHOWN = {
  nestopia: "cybercoaster.nes",
  jsnes: "gleam.nes",
  boytacean: "tobu.gb",
  gambatte: "tobu.gb",
  mgba: "voxelburg.gba",
  bsnes: "star-merchants.sfc",
  desmume: "ringway.nds",
  mupen64plus: "skerry.z64",
  link: "rally.gbc",
};
const MARK = "<!-- What follows is printed by scripts/determinism.mjs. -->";

const HEAD = [
  "| core | game | trials | same | differ | picture or sound alone | not tried |",
  "|---|---|---|---|---|---|---|",
];
const until = performance.now() + Number(values.budget ?? Number.POSITIVE_INFINITY) * 1000;
const measured = {};

/** Cores in the order of their names, each with its games. */
const cores = (await listCores())
  .flatMap((listed) => ("core" in listed ? [listed.core] : []))
  .map((core) => ({ core, games: gamesFor(core).map((path) => ({ path })) }));
// The first game of every core before the second of any: what the budget does not reach is told at the end.
const rounds = Math.max(...cores.map(({ games }) => games.length));
for (let round = 0; round < rounds; round++)
  for (const { core, games } of cores) {
    const game = games[round];
    if (!game || performance.now() > until) continue;
    await tried(core, game);
    console.error(game.row);
  }

const rows = cores.flatMap(({ core, games }) =>
  games.length > 0 ? games.flatMap(({ row }) => row ?? []) : [`| ${core.name} | no game at hand | | | | | |`],
);
const missed = cores.flatMap(({ core, games }) =>
  games.flatMap((g) => (g.row ? [] : `${basename(g.path)} on ${core.name}`)),
);
const pages = cores.flatMap(({ core, games }) => {
  const seen = games.filter(({ row }) => row);
  if (seen.length === 0) return [];
  const title = `Version ${core.version}, build ${measured[core.name]?.build ?? "unknown"}.`;
  return [
    {
      core: core.name,
      lines: [title, "", ...HEAD, ...seen.map(({ row }) => row), ...seen.flatMap((g) => g.lines ?? [])],
    },
  ];
});
const report = [...HEAD, ...rows, ...(missed.length > 0 ? ["", `Not reached: ${missed.join(", ")}.`] : [])];
for (const line of [...report, ...pages.flatMap(({ core, lines }) => ["", `## ${core}`, "", ...lines])])
  console.log(line);
if (values.write) write();

/** What stands above the mark was written by hand, and stays. */
function below(page, head, lines) {
  const above = existsSync(page) ? readFileSync(page, "utf8").split(MARK)[0] : head;
  writeFileSync(page, `${above}${MARK}\n\n${lines.join("\n")}\n`);
}

function gamesFor(core) {
  const games = NEAR.filter((system) => core.systems.includes(system)).flatMap(gamesOf);
  const shown = (path) => (basename(path) === SHOWN[core.name] ? 0 : 1);
  return games
    .filter((path) => core.extensions.includes(path.split(".").at(-1).toLowerCase()))
    .filter((path) => ONLY[core.name]?.test(basename(path)) ?? true)
    .sort((x, y) => shown(x) - shown(y));
}

function gamesOf(system) {
  const inFolder = (folder) =>
    existsSync(folder)
      ? readdirSync(folder, { withFileTypes: true })
          .filter((e) => e.isFile())
          .map((e) => join(folder, e.name))
      : [];
  const ours = readdirSync(join(root, "games")).flatMap((name) => {
    const folder = join(root, "games", name);
    return name.includes(".") ? [] : inFolder(folder).filter((path) => path.startsWith(join(folder, `${name}.`)));
  });
  const extensions = {
    nes: ["nes"],
    gb: ["gb", "gbc"],
    gba: ["gba"],
    nds: ["nds"],
    snes: ["sfc"],
    n64: ["z64", "n64"],
  };
  return [...ours, ...(data ? inFolder(join(data, system)) : [])].filter((path) =>
    extensions[system].includes(path.split(".").at(-1).toLowerCase()),
  );
}

async function tried(core, game) {
  const { path } = game;
  const name = basename(path);
  const options = SHOWN[core.name] === name;
  try {
    const result = await audit({
      rom: path,
      core: core.name,
      settings: {},
      movie: presses(FRAMES),
      frames: FRAMES,
      budget: options ? FULL : BRIEF,
      options,
      job: jobs && join(jobs, `${core.name}-${name}.jsonl`),
    });
    const count = (...verdicts) => result.findings.filter(({ verdict }) => verdicts.includes(verdict)).length;
    game.row = `| ${core.name} | ${name} | ${result.findings.length} | ${count("same")} | ${count("differs", "unsure")} | ${count("output")} | ${count("untried")} |`;
    game.lines = told(result, path);
    measured[core.name] ??= { build: result.boot.core.build, run: new Set(), output: new Set() };
    const { sync, output } = syncSettings(result);
    for (const key of Object.keys(sync)) measured[core.name].run.add(key);
    for (const key of Object.keys(output)) measured[core.name].output.add(key);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    game.row = `| ${core.name} | ${name} | ${error.message.split(/[;\n]/)[0]} | | | | |`;
  }
}

/** What did not stay the same, and what the options change. */
function told(result, path) {
  const found = result.findings.filter(
    ({ kind, verdict }) => kind !== "option" && !["same", "untried"].includes(verdict),
  );
  const untried = result.findings.filter(
    ({ verdict, why }) => verdict === "untried" && !/^the core|^it has one|^an open/.test(why),
  );
  const reasons = [...new Set(untried.map(({ why }) => why.split(/[;\n]/)[0]))];
  const lines = [
    ...found.map(({ id, verdict, frame, place, bytes, output, unsteady }) => {
      if (output) return `- ${id}: ${output} from frame ${frame}`;
      const at = place
        ? `${place.region} 0x${place.address.toString(16).padStart(4, "0")}${bytes > 1 ? ` and ${bytes - 1} more` : ""}`
        : "memory of another shape";
      return `- ${id}: ${verdict} from frame ${frame}, ${at}${unsteady ? "; otherwise each time" : ""}`;
    }),
    ...reasons.map((why) => {
      const of = untried.filter((finding) => finding.why.startsWith(why));
      return `- not tried, ${why}: ${of.length > 4 ? `${of.length} trials` : of.map(({ id }) => id).join(", ")}`;
    }),
  ];
  if (result.findings.some(({ kind }) => kind === "option")) lines.push(...optionsTold(syncSettings(result)));
  return lines.length > 0 ? ["", `### ${basename(path)}`, "", ...lines] : [];
}

function optionsTold({ sync, output, unseen }) {
  const names = (group) =>
    Object.keys(group)
      .map((key) => `\`${key}\``)
      .join(", ") || "none";
  return [
    `- options that change the run: ${names(sync)}`,
    `- options that change picture or sound alone: ${names(output)}`,
    `- options of which nothing was seen here: ${names(unseen)}`,
  ];
}

function write() {
  below(join(root, "docs/determinism.md"), "", report);
  for (const { core, lines } of pages)
    below(join(root, `docs/determinism/${core}.md`), `# ${core}: what an audit found\n\n`, lines);
  const all = Object.entries(measured).map(([core, { run, output }]) => {
    const rest = [...output].filter((key) => !run.has(key));
    return [core, { run: [...run].sort(), output: rest.sort() }];
  });
  const file = join(root, "src/machine/measured-settings.ts");
  const head = readFileSync(file, "utf8").split("= {")[0];
  writeFileSync(file, `${head}= ${JSON.stringify(Object.fromEntries(all))};\n`);
  spawnSync(process.execPath, [join(root, "node_modules/@biomejs/biome/bin/biome"), "check", "--write", file]);
}
