import type { ReadStream, WriteStream } from "node:tty";
import { BUTTON } from "../../machine/input.ts";

/** Keys and what they press: arrows, X Z S A as on the right of a pad, Q W above it, Enter and Backspace. */
const KEYS: Readonly<Record<string, number>> = {
  up: BUTTON.Up,
  down: BUTTON.Down,
  left: BUTTON.Left,
  right: BUTTON.Right,
  x: BUTTON.A,
  z: BUTTON.B,
  s: BUTTON.X,
  a: BUTTON.Y,
  q: BUTTON.L,
  w: BUTTON.R,
  enter: BUTTON.Start,
  backspace: BUTTON.Select,
};
/** Milliseconds that a key counts as held where the terminal does not say when it is let go: longer than between two repeats. */
const HOLD = 120;
/** Key reports with press and release, of all keys (the kitty keyboard protocol, flags 1 + 2 + 8). */
const REPORT_ALL = "\x1b[>11u";
const REPORT_NO_MORE = "\x1b[<u";
const ARROWS: Readonly<Record<string, string>> = { A: "up", B: "down", C: "right", D: "left" };
const CODES: Readonly<Record<number, string>> = { 13: "enter", 127: "backspace", 27: "escape" };
/** A key as the protocol reports it, an arrow as terminals always did, or one character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape is what terminals send
const SEQUENCE = /\x1b\[(\d*)(?:;(\d*)(?::(\d))?)?([uABCD])|\x1bO([ABCD])|[\s\S]/g;
const PRESSED = 1;
const RELEASED = 3;

/** The keyboard of a terminal as a pad. Whatever is no button of it is told by `onKey`: "/", "escape", "ctrl+c". */
export class TerminalKeys {
  onKey: (key: string) => void = () => {};
  readonly #in: ReadStream;
  readonly #out: WriteStream;
  /** Until when each button counts as held. */
  readonly #held = new Map<number, number>();

  constructor(input: ReadStream, output: WriteStream) {
    this.#in = input;
    this.#out = output;
    input.setRawMode(true);
    input.on("data", this.#take);
    output.write(REPORT_ALL);
  }

  /** Bits of BUTTON that are held now. */
  get buttons(): number {
    const now = performance.now();
    let buttons = 0;
    for (const [button, until] of this.#held) if (until > now) buttons |= button;
    return buttons;
  }

  close(): void {
    this.#out.write(REPORT_NO_MORE);
    this.#in.off("data", this.#take);
    this.#in.setRawMode(false);
    this.#in.pause();
  }

  readonly #take = (data: Buffer): void => {
    for (const { key, event } of parseKeys(data.toString("latin1"))) {
      const button = KEYS[key];
      if (button === undefined) {
        if (event !== RELEASED) this.onKey(key);
      } else if (event === RELEASED) this.#held.delete(button);
      else this.#held.set(button, event === undefined ? performance.now() + HOLD : Number.POSITIVE_INFINITY);
    }
  };
}

/** Keys in what a terminal sent; `event` is there where it says whether a key was pressed, repeated or let go. */
export function parseKeys(text: string): { key: string; event?: number }[] {
  const keys: { key: string; event?: number }[] = [];
  for (const [all, code, modifiers, event, end, arrow] of text.matchAll(SEQUENCE)) {
    if (end === "u") {
      const control = ((Number(modifiers || 1) - 1) & 4) !== 0;
      const name = CODES[Number(code)] ?? String.fromCharCode(Number(code)).toLowerCase();
      keys.push({ key: control ? `ctrl+${name}` : name, event: Number(event ?? PRESSED) });
    } else if (end || arrow)
      keys.push({ key: ARROWS[(end ?? arrow)!]!, ...(modifiers !== undefined && { event: Number(event ?? PRESSED) }) });
    else keys.push({ key: plain(all) });
  }
  return keys;
}

function plain(character: string): string {
  if (character === "\r" || character === "\n") return "enter";
  if (character === "\x7f" || character === "\b") return "backspace";
  if (character === "\x1b") return "escape";
  const code = character.charCodeAt(0);
  return code < 32 ? `ctrl+${String.fromCharCode(code + 96)}` : character.toLowerCase();
}
