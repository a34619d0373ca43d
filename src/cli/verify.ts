import type { Command } from "commander";
import { readInput } from "../follow/open-run.node.ts";
import { EXIT, Problem } from "../problem.ts";
import { checkProof, type PlayerProof, type Proof } from "../replay/proof.ts";
import { readReplay } from "../replay/reader.ts";
import { coreOption, example, jsonOption, setOption } from "./options.ts";
import { played, type ReplayFlags, repairOption, told, withGames } from "./replay.ts";

interface VerifyFlags extends ReplayFlags {
  signatures?: boolean;
}

export function add(program: Command): Command {
  const command = withGames(program.command("verify").argument("<file>", "a recording (.isr)"))
    .description(
      "Plays a recording at full speed with nothing put back, and checks every frame's fingerprint and probes.",
    )
    .addOption(coreOption())
    .addOption(setOption())
    .addOption(repairOption("none"))
    .option("--signatures", "also check the chain of hashes and who signed it")
    .addOption(jsonOption())
    .action(run);
  return example(command, "instep verify game.isr --signatures");
}

async function run(file: string, flags: VerifyFlags): Promise<void> {
  const bytes = await readInput(file);
  const replay = readReplay(file, bytes);
  if (!replay.profile)
    throw new Problem(
      `${file}: holds inputs only, so there is nothing to verify; record it with instep record --movie`,
    );
  const proof = flags.signatures ? checkProof(file, bytes) : undefined;
  const it = await played(file, replay, flags);
  const { playback, explanation } = it;
  const { frames } = replay;
  const holds = playback.differing === 0 && replay.damage === undefined && (!proof || sound(proof, frames));
  if (flags.json) {
    const { first, differing, compared, differences, boot } = playback;
    console.log(
      JSON.stringify({
        file,
        holds,
        frames,
        compared,
        differing,
        first,
        explanation,
        differences,
        proof,
        boot,
      }),
    );
  } else {
    for (const line of told(it)) console.log(line);
    if (proof) for (const line of proofTold(proof, frames)) console.log(line);
    console.log(holds ? "verified" : "NOT verified");
  }
  if (!holds) process.exitCode = EXIT.desync;
}

/** Whoever has the file can append to it: frames that were not signed prove nothing, however well they play. */
const sound = ({ links, broken, players }: Proof, frames: number): boolean =>
  links > 0 && !broken && players.length > 0 && players.every((p) => p.valid && p.signedTo >= frames);

function proofTold({ links, broken, players }: Proof, frames: number): string[] {
  const chain = broken ? `broken at byte ${broken.offset}, frame ${broken.frame}` : "whole";
  const lines = [links === 0 && !broken ? "chain: none; it was recorded without" : `chain: ${links} links, ${chain}`];
  for (const player of players) {
    const { name, port, key } = player;
    lines.push(`player ${port + 1}${name ? ` (${name})` : ""}: ${signatureTold(player, frames)}, key ${key}`);
  }
  if (players.length === 0) lines.push("signatures: none; record with --sign");
  return lines;
}

function signatureTold({ valid, signedTo }: PlayerProof, frames: number): string {
  if (!valid) return "NOT validly signed";
  return `signed to frame ${signedTo}${signedTo < frames ? `, and NOT the ${frames - signedTo} after it` : ""}`;
}
