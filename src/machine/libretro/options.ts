import { Problem } from "../../problem.ts";
import type { CoreOption } from "../registry.ts";
import { type Address, ENV, readAddress, readString } from "./abi.ts";

const POINTER = 8;
const VALUES_MAX = 128;
/** Offsets in retro_core_option_definition (version 1) and retro_core_option_v2_definition. */
const V1 = { values: 3 * POINTER, default: (3 + 2 * VALUES_MAX) * POINTER, size: (4 + 2 * VALUES_MAX) * POINTER };
const V2 = { values: 6 * POINTER, default: (6 + 2 * VALUES_MAX) * POINTER, size: (7 + 2 * VALUES_MAX) * POINTER };

/** The options that a core declares by the environment call `command`, or undefined for another call. */
export function declaredOptions(command: number, data: Address): CoreOption[] | undefined {
  switch (command) {
    case ENV.SET_VARIABLES:
      return data ? variables(data) : [];
    case ENV.SET_CORE_OPTIONS:
      return data ? definitions(data, V1) : [];
    case ENV.SET_CORE_OPTIONS_INTL:
      return data ? definitions(readAddress(data), V1) : [];
    case ENV.SET_CORE_OPTIONS_V2:
      return data ? definitions(readAddress(data, POINTER), V2) : [];
    case ENV.SET_CORE_OPTIONS_V2_INTL:
      return data ? definitions(readAddress(readAddress(data), POINTER), V2) : [];
    default:
      return undefined;
  }
}

/** Version 0: pairs of key and "Label; first|second|third", of which the first is the default. */
function variables(at: Address): CoreOption[] {
  const options: CoreOption[] = [];
  for (let pair = at; ; pair += 2 * POINTER) {
    const key = readString(pair);
    if (key === null) return options;
    const text = readString(pair, POINTER) ?? "";
    const semicolon = text.indexOf(";");
    const values = text
      .slice(semicolon + 1)
      .trimStart()
      .split("|");
    options.push({ key, label: text.slice(0, Math.max(semicolon, 0)), values, default: values[0]! });
  }
}

function definitions(at: Address, layout: typeof V1): CoreOption[] {
  const options: CoreOption[] = [];
  for (let definition = at; definition; definition += layout.size) {
    const key = readString(definition);
    if (key === null) break;
    const values: string[] = [];
    while (values.length < VALUES_MAX) {
      const value = readString(definition, layout.values + values.length * 2 * POINTER);
      if (value === null) break;
      values.push(value);
    }
    const label = readString(definition, POINTER) ?? "";
    options.push({ key, label, values, default: readString(definition, layout.default) ?? values[0] ?? "" });
  }
  return options;
}

/** Throws a Problem for a key that the core does not have, or a value that the option does not take. */
export function checkSettings(
  core: string,
  options: readonly CoreOption[],
  settings: Readonly<Record<string, string>>,
): void {
  for (const [key, value] of Object.entries(settings)) {
    const option = options.find((o) => o.key === key);
    if (!option) {
      const known = options.length
        ? `it has ${closestFirst(
            key,
            options.map((o) => o.key),
          ).join(", ")}`
        : "it has none";
      throw new Problem(`${core} has no option ${key}; ${known}`);
    }
    if (!option.values.some((allowed) => fits(value, allowed))) {
      throw new Problem(
        `${core}: ${key} cannot be "${value}"; it takes ${closestFirst(value, option.values).join(", ")}`,
      );
    }
  }
}

/** A value that ends in ":INTEGER" is an open one: "unix:INTEGER" takes "unix:0". */
function fits(value: string, allowed: string): boolean {
  if (!allowed.endsWith(":INTEGER")) return value === allowed;
  const prefix = allowed.slice(0, -"INTEGER".length);
  return value.startsWith(prefix) && /^-?\d{1,12}$/.test(value.slice(prefix.length));
}

/** Not the core's own: the date that it takes for the host's, at frame 0. It goes on with the frames. */
export const CLOCK_OPTION: CoreOption = Object.freeze({
  key: "host_clock",
  label: "Date at frame 0, in seconds since 1970 (UTC)",
  values: ["unix:INTEGER"],
  default: "unix:1230768000",
});

/** How the core fills RAM at power-on, in {@link Boot}'s words, from the option that says so. */
export function ramFillOf(settings: Readonly<Record<string, string>>): string {
  const value = Object.entries(settings).find(([key]) => /ram_power_state|ram_init/.test(key))?.[1];
  if (value === undefined) return "core";
  const byte = /^0x([0-9a-f]{2})\b/i.exec(value)?.[1];
  return byte ? byte.toLowerCase() : value;
}

/** The words in order of their likeness to `word`, for those who mistyped it. */
export function closestFirst(word: string, words: readonly string[]): string[] {
  return words
    .map((w) => ({
      w,
      distance: editDistance(word.toLowerCase(), w.toLowerCase()) - (w.includes(word) ? w.length : 0),
    }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ w }) => w);
}

/** Levenshtein's: letters to add, drop or change. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
