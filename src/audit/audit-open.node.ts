import { openMachine } from "../follow/open-run.node.ts";
import { signOfLife } from "../machine/instance/child.ts";
import { SHOW_NOTHING } from "../machine/machine.ts";
import { Run } from "../replay/run.ts";
import type { Stepped } from "./audit-memory.ts";
import { type TraceSpec, turnOver } from "./audit-trace.ts";

// What the verbs of the audit's child processes share.

export async function opened(spec: TraceSpec): Promise<Run> {
  const { machine, profile } = await openMachine(spec, spec.movie.start);
  return new Run(machine, spec.movie, profile, spec.faults);
}

/** A run that shows nothing, and into which is written from outside what the specification says. */
export async function stepped(spec: TraceSpec): Promise<Stepped> {
  const it = await opened(spec);
  const { written } = spec;
  const step = (): void => {
    if (it.frame === written?.frame) for (const span of written.places) turnOver(it.machine, span);
    it.step(SHOW_NOTHING);
    signOfLife();
  };
  return { machine: it.machine, step };
}
