import { BUTTON, type InputSource, NO_PAD, type PadState } from "../machine/input.ts";
import type { MemoryRegion } from "../machine/machine.ts";
import { randomBot } from "../replay/bot.ts";

/** Frames from one press of a menu to the next, and for which each lasts. */
const PRESS = 24;
const HELD = 6;
/** Frames that menus take at the start. */
const MENUS = 480;
/** Every so often Start is tried; it is undone where less goes on after it: that was a pause. */
const TRY = 420;
const LOOK = 60;
const LESS = 0.7;
/** Bytes of memory that are looked at to see how much goes on. */
const SEEN = 32768;

/**
 * Plays a game that nobody knows: goes through its menus, in the first of them N - 1 entries down, then presses at random, the same for the
 * same N, and sees from memory whether it paused the game.
 */
export class StartingBot implements InputSource {
  readonly #ram: readonly MemoryRegion[];
  readonly #random: (frame: number) => readonly unknown[];
  readonly #down: number;
  readonly #last: Uint8Array;
  #changes = 0;
  #before = 0;
  #undo = 0;
  #pads: readonly PadState[] = [NO_PAD, NO_PAD];

  /** `ram`: where it sees how much goes on. */
  constructor(ram: readonly MemoryRegion[], n: number) {
    this.#ram = ram;
    this.#random = randomBot({ args: String(n), memory: () => new Uint8Array() });
    this.#down = Math.max(0, n - 1) * PRESS;
    this.#last = new Uint8Array(SEEN);
  }

  beginFrame(frame: number): void {
    const buttons = this.#pressed(frame);
    this.#pads = buttons.map((pressed) => ({ ...NO_PAD, buttons: pressed }));
  }

  poll(port: number): PadState {
    return this.#pads[port] ?? NO_PAD;
  }

  #pressed(frame: number): number[] {
    const random = this.#random(frame) as number[];
    const down = frame % PRESS < HELD;
    const title = frame - PRESS;
    if (title < this.#down) return [title >= 0 && down ? BUTTON.Select | BUTTON.Down : 0, 0];
    if (title < this.#down + MENUS) {
      const which = Math.floor(frame / PRESS) % 3 === 2 ? BUTTON.A : BUTTON.Start;
      return [down ? which : 0, 0];
    }
    const at = (title - this.#down - MENUS) % TRY;
    this.#look(at);
    if (at >= LOOK && at < LOOK + HELD) return [BUTTON.Start, 0];
    if (at >= 3 * LOOK && at < 3 * LOOK + HELD && this.#undo) return [BUTTON.Start, 0];
    const shy = ~(BUTTON.Start | BUTTON.Select);
    return random.map((pad) => pad & shy);
  }

  /** Counts what changes for a second before Start is tried, and for one some time after it. */
  #look(at: number): void {
    if (at > 3 * LOOK) return;
    if (at === 0 || at === 2 * LOOK) this.#changes = 0;
    this.#changes += this.#changed();
    if (at === LOOK - 1) this.#before = this.#changes;
    if (at === 3 * LOOK - 1) this.#undo = this.#changes < this.#before * LESS ? 1 : 0;
  }

  #changed(): number {
    let [changes, at] = [0, 0];
    for (const region of this.#ram) {
      region.refresh?.();
      const { bytes } = region;
      const end = Math.min(bytes.length, SEEN - at);
      for (let i = 0; i < end; i++, at++) {
        if (bytes[i] === this.#last[at]) continue;
        changes++;
        this.#last[at] = bytes[i]!;
      }
    }
    return changes;
  }
}
