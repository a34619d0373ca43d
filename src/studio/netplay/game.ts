import { NO_PAD } from "../../machine/input.ts";
import type { Machine } from "../../machine/machine.ts";
import { Participant, type PlayEvent } from "../../netplay/participant.ts";
import type { Wait } from "../../netplay/play.ts";
import type { Mode, Rules } from "../../netplay/session/messages.ts";
import { writePad } from "../../netplay/session/pads.ts";
import { realSuite } from "../../netplay/session/suite.ts";
import { joinRoom, openRoom, type Room, type RoomOptions } from "../../netplay/transport/room.ts";
import { webRtc } from "../../netplay/transport/rtc.ts";
import { Problem } from "../../problem.ts";
import { BotInput, type MakeBot } from "../../replay/bot.ts";
import { deviceOf } from "../../replay/recorder.ts";
import { MemoryTape } from "./memory-tape.ts";
import type { Rom } from "./rom.ts";

/** How somebody who hosts wants it played. */
export interface Hosted {
  readonly seats: number;
  readonly rules: Omit<Rules, "device" | "fps">;
  readonly save: Uint8Array | undefined;
}

export interface Entry {
  readonly rom: Rom;
  readonly name: string;
  /** Of the relay. */
  readonly url: string;
  readonly stun: readonly string[];
  /** Everything goes through the relay. */
  readonly relayed: boolean;
  /** Hosts a game, or goes into that room. */
  readonly into: Hosted | { readonly code: string; readonly mode: Mode };
  /** The game begins only when this player says so. */
  readonly holds: boolean;
  readonly identity: Parameters<typeof realSuite>[0];
  readonly wait: Wait;
  /** Ends the session after so many frames. */
  readonly frames: number | undefined;
  readonly bot: { readonly make: MakeBot; readonly args: string } | undefined;
  /** Bits of BUTTON that are held now. */
  buttons(): number;
  /** Somebody sees the picture, hears the sound. */
  readonly shown: { readonly video: boolean; readonly audio: boolean };
  onFrame(machine: Machine): void;
  onEvent(event: PlayEvent): void;
  onNotice(line: string): void;
}

/** A session that this page takes part in, with what is recorded of it. */
export class PageGame {
  readonly participant: Participant;
  readonly room: Room;
  readonly rom: Rom;
  recording: MemoryTape | undefined;
  readonly evidence: { readonly frame: number; readonly tape: MemoryTape }[] = [];
  readonly #bot: Entry["bot"];
  #playing: { readonly machine: Machine; readonly bot: BotInput } | undefined;

  /** Throws a Problem where the game cannot be opened, or the room not be entered. */
  static async enter(entry: Entry): Promise<PageGame> {
    const { into, url, stun, relayed } = entry;
    const options: RoomOptions = {
      url,
      connect: (address) => new WebSocket(address),
      direct: !relayed && "RTCPeerConnection" in globalThis ? webRtc(RTCPeerConnection, stun) : undefined,
    };
    if ("code" in into) return new PageGame(entry, await joinRoom({ ...options, code: into.code }), undefined);
    const hosting = await opened(entry.rom, into);
    return new PageGame(entry, await openRoom(options), hosting);
  }

  private constructor(entry: Entry, room: Room, hosting: Awaited<ReturnType<typeof opened>> | undefined) {
    const { rom, into, name, holds, identity, frames, wait } = entry;
    const mode = "code" in into ? into.mode : "play";
    this.room = room;
    this.rom = rom;
    this.#bot = entry.bot;
    room.onNotice = (line) => entry.onNotice(line);
    this.participant = new Participant({
      transport: room,
      suite: realSuite(identity),
      room: new TextEncoder().encode(room.code),
      name,
      mode,
      holds,
      games: [{ name: rom.name, sha256: rom.sha256 }],
      save: undefined,
      ...(hosting && { hosting }),
      open: (boot, saves) => openAs(rom, boot, saves[0]),
      takesStates: () => true,
      pad: (machine, seat, into) => this.#press(machine, seat, entry.buttons(), into),
      show: entry.shown,
      wait,
      onFrame: (machine) => {
        entry.onFrame(machine);
        if (frames !== undefined && machine.frame >= frames && mode === "play")
          this.participant.session.end(`${frames} frames are played`);
      },
      record: () => {
        this.recording = new MemoryTape();
        return this.recording;
      },
      evidence: (frame) => {
        const tape = new MemoryTape();
        this.evidence.push({ frame, tape });
        return (bytes) => tape.append(bytes);
      },
      onEvent: (event) => entry.onEvent(event),
    });
  }

  /** What files of it are called. */
  get name(): string {
    return `${this.rom.name.replace(/\.[^.]*$/, "")}-${this.room.code}`;
  }

  /** Plays to the end; returns why it is over. */
  async run(): Promise<string> {
    await this.participant.run();
    this.room.close();
    return this.participant.session.ended ?? "it was stopped";
  }

  leave(): void {
    const { session } = this.participant;
    if (session.seat === 0) session.end("the host ended it");
    else session.leave();
  }

  #press(machine: Machine, seat: number, buttons: number, into: Uint8Array): void {
    const device = this.participant.session.rules!.device;
    if (!this.#bot) {
      writePad({ ...NO_PAD, buttons }, 0, device, into);
      return;
    }
    if (this.#playing?.machine !== machine)
      this.#playing = { machine, bot: new BotInput(this.#bot.make, machine, this.#bot.args) };
    this.#playing.bot.beginFrame(machine.frame);
    writePad(this.#playing.bot.poll(seat), 0, device, into);
  }
}

/** What a host plays on, and how. */
async function opened(rom: Rom, { seats, rules, save }: Hosted) {
  const machine = await rom.core.open({ content: rom, ...(save && { save }) });
  const { boot, timing } = machine;
  if (seats > boot.ports.length) {
    machine.close();
    throw new Problem(`${rom.name}: ${boot.core.name} has ${boot.ports.length} pads, not ${seats}`);
  }
  return {
    machine,
    saves: save ? [save] : [],
    rules: { ...rules, device: deviceOf(boot.system), fps: timing.fps },
    seats,
    profile: "",
  };
}

async function openAs(rom: Rom, boot: Machine["boot"], save: Uint8Array | undefined): Promise<Machine> {
  if (boot.core.name !== rom.core.name)
    throw new Problem(
      `the host plays on ${boot.core.name}, and this page has ${rom.core.name}; the host can take --core ${rom.core.name}`,
    );
  return rom.core.open({ content: rom, settings: boot.settings, ...(save?.length && { save }) });
}
