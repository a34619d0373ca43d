import { hex } from "../watch/profile.ts";
import type { Parting } from "./audit-memory.ts";
import { byte } from "./audit-told.ts";
import type { Cause, Explanation } from "./explain.node.ts";

/** In plain words first, detail after. */
export function explained({
  frames,
  differences,
  parts,
  causes,
  writers,
  unsteady,
  regions,
  runs,
}: Explanation): string[] {
  const things = (n: number): string => `${n} ${n === 1 ? "difference" : "differences"}`;
  if (!parts)
    return [
      `They do not part: ${frames} frames are the same in both, for all their ${things(differences.length)}.`,
      "If they were recorded apart, it was something that no file says: see instep audit.",
    ];
  if (unsteady)
    return [
      `B parts from itself when it is played again (${where(unsteady)}), so that no cause can be told.`,
      "instep audit says what is not pinned.",
    ];
  if (differences.length === 0) return ["They part, and nothing that they are made from differs; see instep audit."];
  const rest = differences.filter(({ what }) => !causes.some((cause) => cause.what === what));
  return [
    `They part at frame ${parts.frame} because of ${causes.length === 1 ? "this" : `these ${causes.length}`} of ${things(differences.length)}:`,
    ...causes.map(cause),
    ...(rest.length > 0 ? [`The rest changes nothing: ${rest.map(({ what }) => what).join(", ")}.`] : []),
    "",
    `first: ${where(parts)}`,
    ...writer("A", writers.a),
    ...writer("B", writers.b),
    `compared: ${regions.join(", ")} on ${frames} frames; ${runs} runs`,
  ];
}

const cause = ({ what, a, b, alone }: Cause): string =>
  `  ${what}: ${a} in A, ${b} in B; ${alone ? `alone it parts ${where(alone)}` : "alone it changes nothing"}`;

function where({ frame, first, bytes }: Parting): string {
  if (!first) return `at frame ${frame}: memory has another shape`;
  const more = bytes > 1 ? ` and ${bytes - 1} more` : "";
  return `at frame ${frame}: ${first.region} ${hex(first.address)} is ${byte(first.expected)}, then ${byte(first.actual)}${more}`;
}

const writer = (side: string, address: number | undefined): string[] =>
  address === undefined ? [] : [`in ${side} the instruction at ${hex(address)} wrote it`];
