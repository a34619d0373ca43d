import { basename } from "node:path";
import type { Command } from "commander";
import { writeWhole } from "../follow/job.node.ts";
import { readInput } from "../follow/open-run.node.ts";
import { diffSlp, type SlpDiff } from "../movie/slp/diff.ts";
import { readSlp, type Slp } from "../movie/slp/reader.ts";
import { nameOf, sayDifference } from "../movie/slp/say.ts";
import { EXIT } from "../problem.ts";
import { writeSlpReport } from "../report/slp-report.ts";
import { example, jsonOption } from "./options.ts";
import { commandLine } from "./sync-report.ts";

export function addDiff(slp: Command): void {
  const command = slp
    .command("diff")
    .argument("<a>", "one player's recording of a match")
    .argument("<b>", "another one's of the same match")
    .description("Compares two recordings of one match: where they part, in what, and why that is likely.")
    .option("--report <file>", "also write a page of HTML that plays both, side by side in one picture")
    .addOption(jsonOption())
    .action(run);
  example(command, "instep slp diff mine.slp theirs.slp --report desync.html       exit code 1 when they part");
}

async function run(fileA: string, fileB: string, flags: { report?: string; json?: boolean }): Promise<void> {
  const [a, b] = [readSlp(fileA, await readInput(fileA)), readSlp(fileB, await readInput(fileB))];
  const diff = diffSlp(a, b);
  if (flags.report !== undefined) writeWhole(flags.report, writeSlpReport({ a, b, diff, command: commandLine() }));
  if (flags.json) {
    const { frames: _frames, ...rest } = diff;
    console.log(JSON.stringify({ a: fileA, b: fileB, ...rest }));
  } else for (const line of told(a, b, diff)) console.log(line);
  if (!diff.same) process.exitCode = EXIT.desync;
}

/** Differences of the first frame that are told one by one. */
const SHOWN = 8;

function told(a: Slp, b: Slp, diff: SlpDiff): string[] {
  const {
    same,
    from,
    to,
    compared,
    differing,
    lastDiffering,
    settings,
    notes,
    first,
    firstSeed,
    firstValue,
    order,
    cause,
  } = diff;
  const lines = [`${a.file} against ${b.file}: ${compared} frames compared, ${from} to ${to}`];
  for (const note of notes) lines.push(`note: ${note}`);
  for (const { field, expected, actual } of settings)
    lines.push(`settings: ${field} is ${actual}, expected ${expected}`);
  if (same) return [...lines, `in step: all ${compared} frames agree`];
  if (first.length > 0) {
    lines.push(`first difference: frame ${first[0]!.frame}: ${sayDifference(first[0]!)}`);
    for (const difference of first.slice(1, SHOWN)) lines.push(`  ${sayDifference(difference)}`);
    if (first.length > SHOWN) lines.push(`  and ${first.length - SHOWN} more values of this frame`);
    lines.push(
      `order: ${{ "rng first": "random numbers first", "values first": "values first", "same frame": "random numbers and values in the same frame" }[order!]}`,
    );
    if (firstSeed && order !== "values first")
      lines.push(`  seed: frame ${firstSeed.frame}, ${nameOf(firstSeed)}${drawsTold(firstSeed.draws)}`);
    if (firstValue && firstValue !== first[0])
      lines.push(`  value: frame ${firstValue.frame}, ${sayDifference(firstValue)}`);
  }
  if (cause) {
    lines.push(
      `why: ${cause.what} (${cause.likely}; class ${cause.class}${cause.rows.length > 0 ? `, docs/desyncs.md ${cause.rows.join(", ")}` : ""})`,
    );
    for (const line of cause.evidence) lines.push(`  ${line}`);
  }
  if (differing > 0)
    lines.push(
      `${differing} of ${compared} frames differ, the last one is ${lastDiffering}: ${basename(b.file)} is ${lastDiffering === to ? "out of step at the end" : "in step again after it"}`,
    );
  return lines;
}

const drawsTold = (draws: number | undefined): string =>
  draws === undefined
    ? "; no number of draws leads there"
    : `: ${Math.abs(draws)} draw${Math.abs(draws) === 1 ? "" : "s"} too ${draws < 0 ? "few" : "many"}`;
