import type { Command } from "commander";
import { readInput } from "../follow/open-run.node.ts";
import { readSlp } from "../movie/slp/reader.ts";
import type { SeedCheck } from "../movie/slp/seeds.ts";
import { type SlpCheck, verifySlp } from "../movie/slp/verify.ts";
import { EXIT } from "../problem.ts";
import { example, jsonOption } from "./options.ts";

export function addVerify(slp: Command): void {
  const command = slp
    .command("verify")
    .argument("<files...>", "Slippi recordings (.slp)")
    .description(
      "Checks a recording's structure, that its frames follow each other, its rollbacks and its random numbers.",
    )
    .addOption(jsonOption())
    .action(run);
  example(command, "instep slp verify game.slp                 exit code 1 when something is wrong");
}

async function run(files: string[], flags: { json?: boolean }): Promise<void> {
  for (const file of files) {
    const check = verifySlp(readSlp(file, await readInput(file)));
    if (flags.json) console.log(JSON.stringify({ file, ...check }));
    else for (const line of told(file, check)) console.log(line);
    if (!check.holds) process.exitCode = EXIT.desync;
  }
}

/** Faults that are told one by one. */
const SHOWN = 10;

function told(file: string, check: SlpCheck): string[] {
  const { state, frames, first, last, confirmed, missing, rollbacks, faults, notes, seeds } = check;
  const span = frames === 0 ? "no frame" : `${frames} frames, ${first} to ${last}`;
  const lines = [`${file}: ${state}: ${span}${confirmed < last ? `; none after ${confirmed} is final yet` : ""}`];
  for (const note of notes) lines.push(`note: ${note}`);
  for (const { from, to } of missing)
    lines.push(from === to ? `missing: frame ${from}` : `missing: frames ${from} to ${to}`);
  if (rollbacks.length > 0) {
    const again = rollbacks.reduce((sum, rollback) => sum + rollback.frames, 0);
    const deepest = Math.max(...rollbacks.map((rollback) => rollback.frames));
    lines.push(
      `rollbacks: ${rollbacks.length}, ${again} frames sent again, ${deepest} at most, first at frame ${rollbacks[0]!.frame}`,
    );
  }
  for (const { byte, what } of faults.slice(0, SHOWN)) lines.push(`wrong at byte ${byte}: ${what}`);
  if (faults.length > SHOWN) lines.push(`and ${faults.length - SHOWN} more`);
  lines.push(...seedsTold(seeds));
  lines.push(check.holds ? "verified" : "NOT verified");
  return lines;
}

function seedsTold({ source, checked, mostDraws, wrong }: SeedCheck): string[] {
  if (source === "none") return ["random numbers: none are recorded"];
  const from =
    source === "online"
      ? "written by Slippi, 65536 more in each frame"
      : "the game's own, each drawn from the one before";
  const lines = [`random numbers: ${checked} seeds checked, ${from}; ${mostDraws} draws at most between two`];
  for (const { frame, where, seed, off } of wrong.slice(0, SHOWN)) {
    const hex = `0x${seed.toString(16).padStart(8, "0")}`;
    const why = source === "online" && where === "frame start" ? `is off by ${off}` : `would take ${off} draws`;
    lines.push(`wrong seed: frame ${frame}, ${where}: ${hex} ${why}`);
  }
  if (wrong.length > SHOWN) lines.push(`and ${wrong.length - SHOWN} more`);
  return lines;
}
