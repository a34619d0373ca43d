import type { SyncSettings } from "../machine/sync-settings.ts";
import { hex } from "../watch/profile.ts";
import type { Audit, Finding } from "./audit.node.ts";

/** Sorts the core's options by the worst that one of their values did. */
export function syncSettings({ boot, frames, findings }: Audit): SyncSettings {
  const sorted = {
    sync: {} as Record<string, string>,
    output: {} as Record<string, string>,
    unseen: {} as Record<string, string>,
  };
  for (const [key, value] of Object.entries(boot.settings)) {
    const of = findings.filter(({ id, kind }) => keyOf(id, kind) === key && kind !== "control");
    const verdicts = new Set(of.map(({ verdict }) => verdict));
    if (verdicts.has("differs") || verdicts.has("unsure")) sorted.sync[key] = value;
    else if (verdicts.has("output")) sorted.output[key] = value;
    else if (verdicts.has("same")) sorted.unseen[key] = value;
  }
  const { name, sha256 } = boot.content;
  return { core: boot.core, game: { name, sha256 }, frames, ...sorted };
}

function keyOf(id: string, kind: Finding["kind"]): string | undefined {
  if (kind === "clock") return "host_clock";
  return /^(?:option|RAM fill:) ([^=]+)/.exec(id)?.[1];
}

const WORDS = {
  same: "same",
  differs: "DIFFERS",
  output: "output",
  unsure: "unsure",
  untried: "not tried",
} as const satisfies Record<Finding["verdict"], string>;

/** The table as lines of text; trials of options that changed nothing are counted only, unless `all`. */
export function table({ boot, frames, findings, seconds, fps }: Audit, all: boolean): string[] {
  const shown = findings.filter(({ kind, verdict }) => all || kind !== "option" || verdict !== "same");
  const width = Math.min(60, Math.max(...shown.map(({ id }) => id.length)));
  const rows = shown.map((finding) =>
    `${WORDS[finding.verdict].padEnd(9)}  ${finding.id.padEnd(width)}  ${told(finding)}`.trimEnd(),
  );
  const quiet = findings.length - shown.length;
  const count = (verdict: Finding["verdict"]): number => findings.filter((f) => f.verdict === verdict).length;
  return [
    `${boot.content.name} on ${boot.core.name} ${boot.core.version}, ${frames} frames, ${findings.length === 1 ? "1 trial" : `${findings.length} trials`} in ${seconds.toFixed(1)} s`,
    "",
    ...rows,
    ...(quiet > 0 ? [`same       ${quiet} other ${quiet === 1 ? "value" : "values"} of options`] : []),
    "",
    `${count("same")} same, ${count("differs")} differ, ${count("output")} in picture or sound alone, ${count("unsure")} unsure, ${count("untried")} not tried; ${fps.audit} frames a second (one plain run: ${fps.plain})`,
  ];
}

function told({ verdict, frame, place, bytes, probe, output, unsteady, pin, why }: Finding): string {
  if (verdict === "untried") return why ?? "";
  if (verdict === "same") return "";
  if (verdict === "output" || (verdict === "unsure" && output)) return `${output} from frame ${frame}`;
  const where = place
    ? `: ${place.region} ${hex(place.address)} is ${byte(place.actual)}, not ${byte(place.expected)}${bytes! > 1 ? ` (and ${bytes! - 1} more)` : ""}`
    : ": its memory has another shape";
  const name = probe ? `, "${probe}"` : "";
  return `from frame ${frame}${where}${name}${unsteady ? "; otherwise each time" : ""}; pin: ${pin}`;
}

export const byte = (n: number): string => n.toString(16).padStart(2, "0");
