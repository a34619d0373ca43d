import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * Everything that a machine's first state depends on. Two machines with equal boots and equal inputs are equal forever;
 * what could not be pinned is named in `unpinned`, in words for people.
 */
export interface Boot {
  /** `build` is the SHA-256 of the core's file, or its package version: two builds of one core are two cores. */
  readonly core: { readonly name: string; readonly version: string; readonly build: string };
  readonly system: string;
  readonly content: { readonly name: string; readonly size: number; readonly sha256: string };
  /** Linked consoles: game and save of the second one and on. */
  readonly more?: readonly Pick<Boot, "content" | "save">[];
  /** Every option of the core with its value, defaults too. */
  readonly settings: Readonly<Record<string, string>>;
  /** How uninitialised RAM is filled, e.g. "00", "ff", "random:1", or "core" where the core alone decides. */
  readonly ramFill: string;
  /** SHA-256 of the save RAM at the start, or null for none. */
  readonly save: string | null;
  /** The real-time clock at frame 0 in seconds since 1970 and how it runs, or null where the machine has none. */
  readonly rtc: string | null;
  /** Firmware and BIOS by file name: SHA-256, or "built-in" for a core's own replacement. */
  readonly firmware: Readonly<Record<string, string>>;
  /** The device on each port. */
  readonly ports: readonly string[];
  readonly unpinned: readonly string[];
}

export function sha256Hex(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/** JSON with keys in order, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(",")}}`;
}

/** SHA-256 over all that the run depends on; names and remarks (content name, unpinned) are left out. */
export function bootHash(boot: Boot): string {
  const { unpinned: _remarks, content, more, ...rest } = boot;
  const nameless = ({ size, sha256 }: Boot["content"]) => ({ size, sha256 });
  return sha256Hex(
    utf8ToBytes(
      canonicalJson({
        ...rest,
        content: nameless(content),
        more: more?.map((game) => ({ ...game, content: nameless(game.content) })),
      }),
    ),
  );
}

/** The fields in which two boots differ, as "settings.nestopia_overclock": [a, b]. */
export function bootDifferences(a: Boot, b: Boot): Record<string, [unknown, unknown]> {
  const differences: Record<string, [unknown, unknown]> = {};
  const walk = (path: string, x: unknown, y: unknown): void => {
    if ((isRecord(x) && isRecord(y)) || (areRecords(x) && areRecords(y) && x.length === y.length)) {
      for (const key of new Set([...Object.keys(x), ...Object.keys(y)]))
        walk(path ? `${path}.${key}` : key, x[key], y[key]);
    } else if (canonicalJson(x) !== canonicalJson(y)) differences[path] = [x ?? null, y ?? null];
  };
  walk("", { ...a, unpinned: null }, { ...b, unpinned: null });
  return differences;
}

/** Such as the games of linked consoles. */
function areRecords(value: unknown): value is Record<string, unknown>[] & Record<string, unknown> {
  return Array.isArray(value) && value.length > 0 && value.every(isRecord);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
