import { hex } from "../watch/profile.ts";
import { byte } from "./audit-told.ts";
import type { Place } from "./audit-trace.ts";
import type { Cause, Explanation, Parting } from "./explain.node.ts";
import type { Chain } from "./explain-chain.node.ts";

/** In plain words first, detail after. */
export function explained(explanation: Explanation): string[] {
  const { frames, differences, parts, causes, unsteady, regions, runs } = explanation;
  const things = (n: number): string => `${n} ${n === 1 ? "difference" : "differences"}`;
  if (!parts)
    return [
      `They do not part: ${frames} frames are the same in both, for all their ${things(differences.length)}.`,
      "If they were recorded apart, it was something that no file says: see instep audit.",
    ];
  if (unsteady)
    return [
      `B parts from itself when it is played again (${where(unsteady, ["once", "then"])}), so that no cause can be told.`,
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
    ...from(explanation),
    ...(explanation.chain ? steps(explanation.chain) : []),
    `compared: ${regions.join(", ")} on ${frames} frames; ${runs} runs`,
  ];
}

const cause = ({ what, a, b, alone }: Cause): string =>
  `  ${what}: ${a} in A, ${b} in B; ${alone ? `alone it parts ${where(alone, ["without it", "with it"])}` : "alone it changes nothing"}`;

type Sides = readonly [string, string];
const A_AND_B: Sides = ["in A", "in B"];

function where({ frame, first, bytes, probe }: Parting, sides = A_AND_B): string {
  if (!first) return `at frame ${frame}: memory has another shape`;
  const more = bytes > 1 ? ` and ${bytes - 1} more` : "";
  return `at frame ${frame}: ${held(first, sides)}${more}${probe === undefined ? "" : `, "${probe}"`}`;
}

const held = ({ region, address, expected, actual }: Place, [a, b] = A_AND_B): string =>
  `${region} ${hex(address)} is ${byte(expected)} ${a}, ${byte(actual)} ${b}`;

const SHOWN = 4;

function from({ source }: Explanation): string[] {
  if (!source) return [];
  const more = source.length > SHOWN ? `, and ${source.length - SHOWN} more` : "";
  return [
    `made from: ${source
      .slice(0, SHOWN)
      .map((place) => held(place))
      .join("; ")}${more}, a frame before; nothing else of memory does it`,
  ];
}

/** What the CPU did in that frame. */
function steps({ split, writes }: Chain): string[] {
  const by = (side: string, pc: number | undefined): string =>
    pc === undefined ? `not changed in ${side}` : `by ${hex(pc)} in ${side}`;
  const goes = (side: string, pc: number | undefined): string =>
    pc === undefined ? `${side}'s frame is over` : `${side} goes on at ${hex(pc)}`;
  return [
    ...(split
      ? [`the CPU's ways part after ${hex(split.after)}: ${goes("A", split.a)}, ${goes("B", split.b)}`]
      : ["the CPU runs the same instructions in both"]),
    ...writes.map(
      (write) =>
        `then ${held(write)}: ${write.a === write.b ? `by ${hex(write.a!)}` : `${by("A", write.a)}, ${by("B", write.b)}`}`,
    ),
  ];
}
