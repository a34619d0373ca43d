/** What keys do to a player, in the order in which they are listed. */
export const ACTIONS = {
  play: { label: "Play, pause", keys: [" ", "k"] },
  back: { label: "A frame back", keys: [","] },
  on: { label: "A frame on", keys: ["."] },
  rewind: { label: "5 seconds back", keys: ["arrowleft", "j"] },
  skip: { label: "5 seconds on", keys: ["arrowright"] },
  fast: { label: "Fast while held", keys: ["l"] },
  slower: { label: "Slower", keys: ["-"] },
  faster: { label: "Faster", keys: ["=", "+"] },
  start: { label: "To the start", keys: ["home"] },
  end: { label: "To the end", keys: ["end"] },
  from: { label: "Loop from here", keys: ["["] },
  to: { label: "Loop up to here", keys: ["]"] },
  free: { label: "No loop", keys: ["\\"] },
  louder: { label: "Louder", keys: ["arrowup"] },
  quieter: { label: "Quieter", keys: ["arrowdown"] },
  mute: { label: "Sound", keys: ["m"] },
  full: { label: "Full screen", keys: ["f"] },
} as const;
/** What keys press on the pad of a game that is played here. */
export const PAD = {
  Up: ["arrowup"],
  Down: ["arrowdown"],
  Left: ["arrowleft"],
  Right: ["arrowright"],
  A: ["x"],
  B: ["z"],
  X: ["s"],
  Y: ["a"],
  L: ["q"],
  R: ["w"],
  Start: ["enter"],
  Select: ["backspace"],
} as const;
/** Actions that are there in a game: its pad has the other keys. */
const IN_GAMES: ReadonlySet<string> = new Set(["play", "fast", "mute", "full"]);
const IN_GAME_KEYS: Readonly<Record<string, readonly string[]>> = { play: ["p"] };

export type Action = keyof typeof ACTIONS;
export type PadKey = keyof typeof PAD;

const STORE = "instep-player-keys";
const NAMES: Readonly<Record<string, string>> = {
  " ": "Space",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
};

/** A key as people call it. */
export const nameOf = (key: string): string => NAMES[key] ?? key.charAt(0).toUpperCase() + key.slice(1);

/** Which key does what; what somebody changed is kept by the browser. */
export class Keys {
  readonly #changed: Record<string, string> = {};

  constructor() {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(STORE) ?? "{}");
      for (const [what, key] of Object.entries(kept as object)) if (typeof key === "string") this.#changed[what] = key;
    } catch {
      // The browser keeps nothing for this page, or something else: the usual keys hold.
    }
  }

  /** Keys of an action, or of a button of the pad. */
  of(what: Action | PadKey, live = false): readonly string[] {
    const changed = this.#changed[what];
    if (changed !== undefined) return [changed];
    return (
      (live ? IN_GAME_KEYS[what] : undefined) ?? (what in ACTIONS ? ACTIONS[what as Action].keys : PAD[what as PadKey])
    );
  }

  /** The key does that, and nothing else. */
  bind(what: Action | PadKey, key: string): void {
    for (const [other, taken] of Object.entries(this.#changed)) if (taken === key) delete this.#changed[other];
    this.#changed[what] = key;
    this.#keep();
  }

  reset(): void {
    for (const what of Object.keys(this.#changed)) delete this.#changed[what];
    this.#keep();
  }

  action(key: string, live: boolean): Action | undefined {
    const taken = this.#taken(key);
    return (Object.keys(ACTIONS) as Action[]).find(
      (action) =>
        (!live || IN_GAMES.has(action)) &&
        (taken === undefined || taken === action) &&
        this.of(action, live).includes(key),
    );
  }

  button(key: string): PadKey | undefined {
    const taken = this.#taken(key);
    return (Object.keys(PAD) as PadKey[]).find(
      (button) => (taken === undefined || taken === button) && this.of(button).includes(key),
    );
  }

  /** What somebody gave this key to. */
  #taken(key: string): string | undefined {
    return Object.keys(this.#changed).find((what) => this.#changed[what] === key);
  }

  #keep(): void {
    try {
      localStorage.setItem(STORE, JSON.stringify(this.#changed));
    } catch {
      // It holds until the page is closed.
    }
  }
}
