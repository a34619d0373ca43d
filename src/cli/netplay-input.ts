import { createInterface, type Interface } from "node:readline";
import { loadBot } from "../follow/load-bot.node.ts";
import { BUTTON, NO_PAD, type PadState } from "../machine/input.ts";
import type { Machine } from "../machine/machine.ts";
import { type Device, writePad } from "../netplay/session/pads.ts";
import type { BotInput } from "../replay/bot.ts";
import { Gamepad } from "./terminal/gamepad.ts";
import { TerminalKeys } from "./terminal/keys.ts";

/** What a player does: a bot's or the terminal's pad, and lines that are typed. */
export class PlayerInput {
  /** A person sits at a terminal. */
  readonly watches: boolean;
  onLeave: () => void = () => {};
  readonly #bot: string | undefined;
  readonly #onLine: (line: string) => void;
  #playing: { readonly machine: Machine; readonly bot: BotInput | undefined } | undefined;
  /** Why there is no bot. */
  #fault: unknown;
  #keys: TerminalKeys | undefined;
  #gamepad: Gamepad | undefined;
  #lines: Interface | undefined;
  /** The plug of this player's link cable is out. */
  #unplugged = false;

  constructor(
    { bot, view, json }: { bot?: string; view: boolean; json?: boolean },
    plays: boolean,
    onLine: (line: string) => void,
  ) {
    this.#bot = bot;
    this.#onLine = onLine;
    this.watches = process.stdin.isTTY === true && process.stdout.isTTY === true && !json;
    if (!this.watches) this.#readLines();
    else if (view) this.#takeKeys(plays && bot === undefined);
  }

  /** Writes what is pressed now. A bot begins when the machine that it sees is there. */
  write(machine: Machine, seat: number, device: Device, into: Uint8Array): void {
    const pad = this.#pad(machine, seat);
    const unplug = this.#unplugged && machine.boot.more?.length ? BUTTON.Unplug : 0;
    writePad({ ...pad, buttons: pad.buttons | unplug }, 0, device, into);
  }

  close(): void {
    this.#keys?.close();
    this.#gamepad?.close();
    this.#lines?.close();
  }

  #pad(machine: Machine, seat: number): PadState {
    if (this.#bot === undefined) {
      return { ...NO_PAD, buttons: (this.#keys?.buttons ?? 0) | (this.#gamepad?.buttons ?? 0) };
    }
    if (this.#playing?.machine !== machine) {
      this.#playing = { machine, bot: undefined };
      loadBot(this.#bot, machine).then(
        (bot) => {
          if (this.#playing?.machine === machine) this.#playing = { machine, bot };
        },
        (fault: unknown) => {
          this.#fault = fault;
        },
      );
    }
    if (this.#fault !== undefined) throw this.#fault;
    this.#playing.bot?.beginFrame(machine.frame);
    return this.#playing.bot?.poll(seat) ?? NO_PAD;
  }

  #takeKeys(plays: boolean): void {
    if (plays) this.#gamepad = new Gamepad();
    const keys = new TerminalKeys(process.stdin, process.stdout);
    this.#keys = keys;
    keys.onKey = (key) => {
      if (key === "ctrl+c" || key === "escape") this.onLeave();
      else if (key === "p") this.#onLine("pause");
      else if (key === "r") this.#onLine("resume");
      else if (key === "u") this.#unplugged = !this.#unplugged;
    };
  }

  #readLines(): void {
    this.#lines = createInterface({ input: process.stdin });
    this.#lines.on("line", (line) => {
      const word = line.trim();
      if (word === "unplug" || word === "plug") this.#unplugged = word === "unplug";
      else this.#onLine(line);
    });
    // Nobody waits for what is typed when the game is over.
    (process.stdin as { unref?(): void }).unref?.();
  }
}
