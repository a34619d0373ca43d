import { Problem } from "../problem.ts";
import type { CoreOption } from "./registry.ts";

/**
 * Every option with its value: what `given` says, else the default. A value of `values` that ends in ":INTEGER" is an
 * open one: "random:INTEGER" takes "random:1", "random:-7". An unknown name or value is a Problem.
 */
export function resolveSettings(
  core: string,
  options: readonly CoreOption[],
  given: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const names = options.map((option) => option.key).join(", ");
  for (const key of Object.keys(given)) {
    if (!options.some((option) => option.key === key))
      throw new Problem(`${core} has no option ${key}; it has: ${names}`);
  }
  return Object.fromEntries(
    options.map((option) => {
      const value = Object.hasOwn(given, option.key) ? given[option.key]! : option.default;
      if (!option.values.some((allowed) => fits(value, allowed))) {
        throw new Problem(`${core}: ${option.key} cannot be "${value}"; it is one of: ${option.values.join(", ")}`);
      }
      return [option.key, value];
    }),
  );
}

function fits(value: string, allowed: string): boolean {
  if (!allowed.endsWith(":INTEGER")) return value === allowed;
  const prefix = allowed.slice(0, -"INTEGER".length);
  return value.startsWith(prefix) && /^-?\d{1,10}$/.test(value.slice(prefix.length));
}
