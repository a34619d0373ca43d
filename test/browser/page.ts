import { embeddedCores } from "../../src/machine/embedded.ts";
import { run, SeededInput } from "../machine/run.ts";

/** What the page is asked to do; bytes travel as base64. */
export interface PageJob {
  readonly core: string;
  readonly name: string;
  readonly rom: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly frames: number;
  readonly state?: string;
  readonly from?: number;
}

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

async function work(job: PageJob): Promise<{ prints: string[]; state: string }> {
  const core = embeddedCores.find(({ name }) => name === job.core)!;
  const machine = await core.open({ content: { name: job.name, bytes: bytesOf(job.rom) }, settings: job.settings });
  if (job.state) machine.loadState(bytesOf(job.state), job.from ?? 0);
  const prints = run(machine, new SeededInput(job.seed), job.frames).full.map(String);
  const state = btoa(Array.from(machine.saveState(), (byte) => String.fromCharCode(byte)).join(""));
  machine.close();
  return { prints, state };
}

Object.assign(globalThis, { work });
