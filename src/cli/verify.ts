import type { Command } from "commander";
import { readInput } from "../follow/open-run.node.ts";
import { EXIT, Problem } from "../problem.ts";
import { checkProof, type Proof } from "../replay/proof.ts";
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
  const proof = flags.signatures ? checkProof(file, await readInput(file)) : undefined;
  const it = await played(file, flags);
  const { replay, playback, explanation } = it;
  if (!replay.profile)
    throw new Problem(
      `${file}: holds inputs only, so there is nothing to verify; record it with instep record --movie`,
    );
  const holds = playback.differing === 0 && replay.damage === undefined && (!proof || sound(proof));
  if (flags.json) {
    const { first, differing, compared, differences, boot } = playback;
    console.log(
      JSON.stringify({
        file,
        holds,
        frames: replay.frames,
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
    if (proof) for (const line of proofTold(proof)) console.log(line);
    console.log(holds ? "verified" : "NOT verified");
  }
  if (!holds) process.exitCode = EXIT.desync;
}

const sound = (proof: Proof): boolean =>
  proof.links > 0 && !proof.broken && proof.players.length > 0 && proof.players.every((player) => player.valid);

function proofTold({ links, broken, players }: Proof): string[] {
  const chain = broken ? `broken at byte ${broken.offset}, frame ${broken.frame}` : "whole";
  const lines = [links === 0 && !broken ? "chain: none; it was recorded without" : `chain: ${links} links, ${chain}`];
  for (const { name, port, key, signedTo, valid } of players)
    lines.push(
      `player ${port + 1}${name ? ` (${name})` : ""}: ${valid ? `signed to frame ${signedTo}` : "NOT validly signed"}, key ${key}`,
    );
  if (players.length === 0) lines.push("signatures: none; record with --sign");
  return lines;
}
