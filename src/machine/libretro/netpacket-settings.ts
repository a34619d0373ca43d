import { Problem } from "../../problem.ts";

/** As many as a movie has tracks. */
const CONSOLES_MAX = 16;

/** Of consoles on a network: how many, and whose picture and sound; undefined is all. */
export interface NetworkSettings {
  readonly consoles: number;
  readonly show: number | undefined;
  /** The core's own settings for each console. */
  readonly each: readonly Readonly<Record<string, string>>[];
  /** All of these as a boot has them. */
  readonly boot: Readonly<Record<string, string>>;
}

/**
 * Reads `consoles`, `show` and the core's settings, of which "2.name" is for the second console alone. Undefined without
 * `consoles`: one console, and no network.
 */
export function networkSettings(
  name: string,
  given: Readonly<Record<string, string>> = {},
): NetworkSettings | undefined {
  const { consoles: count, show = "1", ...rest } = given;
  if (count === undefined) return undefined;
  const consoles = Number(count);
  if (!/^\d+$/.test(count) || consoles < 1 || consoles > CONSOLES_MAX)
    throw new Problem(`${name}: there cannot be ${count} consoles; use --set consoles=2 to ${CONSOLES_MAX}`);
  if (show !== "all" && !(/^\d+$/.test(show) && Number(show) >= 1 && Number(show) <= consoles))
    throw new Problem(`${name}: there is no console ${show} to show; use --set show=1 to ${consoles}, or all`);
  const common = Object.fromEntries(Object.entries(rest).filter(([key]) => !/^\d+\./.test(key)));
  const each = Array.from({ length: consoles }, () => ({ ...common }));
  for (const [key, value] of Object.entries(rest)) {
    const [, number, own] = /^(\d+)\.(.+)$/.exec(key) ?? [];
    if (own === undefined) continue;
    const settings = Number(number) > 1 ? each[Number(number) - 1] : undefined;
    if (!settings) throw new Problem(`${name}: the setting ${key} is for a console from 2 to ${consoles}`);
    settings[own] = value;
  }
  return { consoles, show: show === "all" ? undefined : Number(show) - 1, each, boot: { ...rest, consoles: count } };
}
