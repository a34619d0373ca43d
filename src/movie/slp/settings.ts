import { sameBytes } from "./compare.ts";
import type { Slp } from "./reader.ts";

/** A setting that two recordings do not have alike. */
export interface SettingDifference {
  /** Such as "stage", "port 2 shieldDrop". */
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
}

/** Settings of the recorder or of a pad, not of the game. */
const NOT_OF_THE_GAME = /(^version$|displayName$|connectCode$|uid$|rumble$|^session$|^game$|^tiebreak$)/;

/** Settings that differ, of those that both versions have; and notes of what else differs. */
export function settingDifferences(a: Slp, b: Slp): { settings: SettingDifference[]; notes: string[] } {
  const settings: SettingDifference[] = [];
  const notes: string[] = [];
  const [one, other] = [flat(a), flat(b)];
  for (const [field, expected] of one) {
    const actual = other.get(field);
    if (actual === undefined || actual === expected) continue;
    if (NOT_OF_THE_GAME.test(field)) notes.push(`${field} is ${expected}, and ${actual} in the other`);
    else settings.push({ field, expected, actual });
  }
  const ports = (slp: Slp): string => slp.start.players.map(({ port }) => port).join(", ");
  if (ports(a) !== ports(b)) settings.push({ field: "ports", expected: ports(a), actual: ports(b) });
  const [codesA, codesB] = [a.geckoCodes(), b.geckoCodes()];
  if (
    codesA.length > 0 &&
    codesB.length > 0 &&
    !sameBytes(codesA, 0, codesB, 0, Math.max(codesA.length, codesB.length))
  )
    notes.push(`the Gecko codes that were on differ: ${codesA.length} bytes, and ${codesB.length} in the other`);
  return { settings, notes };
}

function flat({ start }: Slp): Map<string, string> {
  const out = new Map<string, string>();
  const { players, ...rest } = start;
  const put = (key: string, value: unknown): void => {
    out.set(key, typeof value === "object" ? JSON.stringify(value) : String(value));
  };
  for (const [key, value] of Object.entries(rest)) put(key, value);
  for (const { port, ...player } of players)
    for (const [key, value] of Object.entries(player)) put(`port ${port} ${key}`, value);
  return out;
}
