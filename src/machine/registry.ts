import type { Machine, OpenOptions } from "./machine.ts";

/** What a core can do, for `instep cores` and for those who choose one. */
export interface Abilities {
  readonly states: boolean;
  readonly regions: readonly string[];
  readonly hooks: boolean;
  /** Stepping without video is faster, not only allowed. */
  readonly skipsVideo: boolean;
  readonly browser: boolean;
  readonly polling: "exact" | "frame";
}

/** An option that a core has: its values and its default. The first value is not always the default. */
export interface CoreOption {
  readonly key: string;
  readonly label: string;
  readonly values: readonly string[];
  readonly default: string;
}

/** A family of machines: how to open one. */
export interface Core {
  readonly name: string;
  readonly version: string;
  readonly systems: readonly string[];
  /** File name extensions it takes, lower case, without the dot. */
  readonly extensions: readonly string[];
  readonly abilities: Abilities;
  readonly options: readonly CoreOption[];
  open(options: OpenOptions): Promise<Machine>;
}
