import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { embeddedCores } from "../../src/machine/embedded.ts";
import { type Masks, run, SeededInput } from "./run.ts";

/** What the other process is to do; `state` is the path of a state to start from, taken at `from`. */
export interface ChildJob {
  readonly core: string;
  readonly rom: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly frames: number;
  readonly state?: string;
  readonly from?: number;
  readonly masks?: Masks;
}

const job = JSON.parse(process.argv[2]!) as ChildJob;
const core =
  embeddedCores.find(({ name }) => name === job.core) ??
  (await (await import("../../src/machine/cores.node.ts")).findCore(job.core, job.rom));
const machine = await core.open({
  content: { name: basename(job.rom), bytes: new Uint8Array(readFileSync(job.rom)) },
  settings: job.settings ?? {},
});
if (job.state) machine.loadState(new Uint8Array(readFileSync(job.state)), job.from ?? 0);
const prints = run(machine, new SeededInput(job.seed), job.frames, job.masks);
machine.close();
process.stdout.write(JSON.stringify(prints.full.map(String)));
