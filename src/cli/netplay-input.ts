import { createInterface, type Interface } from "node:readline";
import { loadBot } from "../follow/load-bot.node.ts";
import { NO_PAD } from "../machine/input.ts";
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
  #keys: TerminalKeys | undefined;
  #gamepad: Gamepad | undefined;
  #lines: Interface | undefined;

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
    if (this.#bot === undefined) {
      const buttons = (this.#keys?.buttons ?? 0) | (this.#gamepad?.buttons ?? 0);
      writePad({ ...NO_PAD, buttons }, 0, device, into);
      return;
    }
    if (this.#playing?.machine !== machine) {
      this.#playing = { machine, bot: undefined };
      void loadBot(this.#bot, machine).then((bot) => {
        if (this.#playing?.machine === machine) this.#playing = { machine, bot };
      });
    }
    this.#playing.bot?.beginFrame(machine.frame);
    writePad(this.#playing.bot?.poll(seat) ?? NO_PAD, 0, device, into);
  }

  close(): void {
    this.#keys?.close();
    this.#gamepad?.close();
    this.#lines?.close();
  }

  #takeKeys(plays: boolean): void {
    if (plays) this.#gamepad = new Gamepad();
    const keys = new TerminalKeys(process.stdin, process.stdout);
    this.#keys = keys;
    keys.onKey = (key) => {
      if (key === "ctrl+c" || key === "escape") this.onLeave();
      else if (key === "p") this.#onLine("pause");
      else if (key === "r") this.#onLine("resume");
    };
  }

  #readLines(): void {
    this.#lines = createInterface({ input: process.stdin });
    this.#lines.on("line", this.#onLine);
    // Nobody waits for what is typed when the game is over.
    (process.stdin as { unref?(): void }).unref?.();
  }
}
