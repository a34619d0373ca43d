import type { Outcome } from "./jobs.node.ts";
import type { Verdict } from "./library.node.ts";

/** What `instep verify --json` found, in one line. */
export function verdictOf({ code, result, fault }: Outcome): Verdict {
  const found = result as
    | { holds: boolean; compared: number; differing: number; first?: { frame: number }; explanation?: { what: string } }
    | undefined;
  if (!found) return { holds: false, text: fault ?? `it ended with code ${code}` };
  if (found.holds) return { holds: true, text: `all ${found.compared} frames agree` };
  const why = found.explanation ? `: ${found.explanation.what}` : "";
  const from = found.first ? `from frame ${found.first.frame}` : "it is damaged";
  return { holds: false, text: `${found.differing} of ${found.compared} frames differ, ${from}${why}` };
}
