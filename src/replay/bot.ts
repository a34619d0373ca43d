import { type InputSource, NO_PAD, type PadState } from "../machine/input.ts";
import type { Machine } from "../machine/machine.ts";
import { Problem } from "../problem.ts";

/** What a bot presses in the frame that comes: for each port its buttons (bits of BUTTON), or a whole pad. */
export type Pressed = readonly (number | Partial<PadState>)[];

/** Asked once before each frame. */
export type Bot = (frame: number) => Pressed;

/** How a bot is made: it sees the machine's memory, and has the text that followed its name (`--bot walk.js:fast`). */
export type MakeBot = (seen: { memory(region: string): Uint8Array; args: string }) => Bot;

/** A bot as the inputs of a machine. */
export class BotInput implements InputSource {
  readonly #bot: Bot;
  #pads: readonly PadState[] = [];

  constructor(make: MakeBot, machine: Machine, args = "") {
    this.#bot = make({
      args,
      memory: (name) => {
        const region = machine.memory.find((r) => r.name === name);
        if (!region) throw new RangeError(`the bot asks for region "${name}", which this core does not have`);
        region.refresh?.();
        return region.bytes;
      },
    });
  }

  /** Throws a Problem where the bot fails: it is somebody's own code. */
  beginFrame(frame: number): void {
    let pressed: unknown;
    try {
      pressed = this.#bot(frame);
    } catch (error) {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      const at = /[^/\\\s(]+:\d+:\d+/.exec(stack?.split("\n    at ")[1] ?? "");
      throw new Problem(`the bot failed before frame ${frame}: ${message.split("\n")[0]}${at ? ` (${at[0]})` : ""}`);
    }
    if (!isPressed(pressed))
      throw new Problem(
        `the bot gave something else than a list of numbers or pads before frame ${frame}: see docs/replays.md`,
      );
    this.#pads = pressed.map((pad) => ({ ...NO_PAD, ...(typeof pad === "number" ? { buttons: pad } : pad) }));
  }

  poll(port: number): PadState {
    return this.#pads[port] ?? NO_PAD;
  }
}

const isPressed = (said: unknown): said is Pressed =>
  Array.isArray(said) && said.every((pad) => typeof pad === "number" || (typeof pad === "object" && pad !== null));

/** Longest time, in frames, for which the random bot holds what it presses. */
const LONGEST_HOLD = 40;

/** Presses at random, the same for the same seed (its argument, a number), in both pads: the eight buttons of a NES pad. */
export const randomBot: MakeBot = ({ args }) => {
  let state = Math.imul(Number(args) | 0, 0x9e3779b1) ^ 0x2545f491 || 1;
  const random = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const held = [0, 0];
  const until = [0, 0];
  return (frame) =>
    held.map((buttons, port) => {
      if (frame < until[port]!) return buttons;
      until[port] = frame + 1 + random(LONGEST_HOLD);
      // A direction mostly, A and B often, Start and Select seldom.
      held[port] =
        (1 << (4 + random(4))) | (random(2) << 8) | random(2) | (random(16) === 0 ? 1 << (2 + random(2)) : 0);
      return held[port];
    });
};
