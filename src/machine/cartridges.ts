import { Problem } from "../problem.ts";
import type { Cartridge, OpenOptions } from "./machine.ts";

/** A cartridge for each console: what is not given is the first one's game, without a save. Too many are a Problem. */
export function cartridgesOf({ content, save, more = [] }: OpenOptions, consoles: number): Cartridge[] {
  if (more.length >= consoles) {
    throw new Problem(
      `${more[consoles - 1]!.name}: that is game ${consoles + 1}, and there are ${consoles} consoles; add --set consoles=${more.length + 1}`,
    );
  }
  const first: Cartridge = save ? { ...content, save } : content;
  return Array.from({ length: consoles }, (_, i) => (i === 0 ? first : (more[i - 1] ?? content)));
}
