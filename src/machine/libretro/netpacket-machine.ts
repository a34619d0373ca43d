import { EXIT, Problem } from "../../problem.ts";
import type { Boot } from "../boot.ts";
import { cartridgesOf } from "../cartridges.ts";
import { BUTTON, type InputSource, NO_PAD, type PadState } from "../input.ts";
import {
  type AudioChunk,
  type Machine,
  type MemoryRegion,
  type OpenOptions,
  SHOW_ALL,
  SHOW_NOTHING,
  type Show,
  type Timing,
  type VideoFrame,
} from "../machine.ts";
import { type CoreFile, LibretroMachine } from "./machine.ts";
import type { NetworkSettings } from "./netpacket-settings.ts";
import { Tiles } from "./netpacket-tiles.ts";
import { Wire } from "./netpacket-wire.ts";

const NONE = new Uint8Array(0);
/** First in a state; then the number of consoles, and the bytes that are in flight. All u32, little-endian. */
const MARK = 0x4b504e49;
const WORD = 4;
const HEAD = 3 * WORD;

/** One console's pad, as it was at the frame's start. */
class Hand implements InputSource {
  readonly pad = { ...NO_PAD };

  take(pad: PadState): void {
    Object.assign(this.pad, pad);
  }

  poll(port: number): PadState {
    return port === 0 ? this.pad : NO_PAD;
  }
}

/** Memory of one console under a name that has its number. */
class Numbered implements MemoryRegion {
  readonly name: string;
  readonly base: number;
  readonly endian: "little" | "big";
  readonly refresh?: () => void;
  readonly #region: () => MemoryRegion | undefined;

  constructor(console: number, machine: Machine, index: number) {
    const { name, base, endian, refresh } = machine.memory[index]!;
    this.name = `${console + 1}.${name}`;
    this.base = base;
    this.endian = endian;
    this.#region = () => machine.memory[index];
    if (refresh) this.refresh = () => this.#region()?.refresh?.();
  }

  get size(): number {
    return this.bytes.length;
  }

  get bytes(): Uint8Array {
    return this.#region()?.bytes ?? NONE;
  }
}

/**
 * Instances of one core that send packets to each other, as one machine: console i is port i, its memories are named
 * "i+1.ram" and so on. What is sent in a frame arrives at the start of the next one, and is part of the state until then.
 */
export class NetworkMachine implements Machine {
  readonly boot: Boot;
  readonly polling = "frame";
  frame = 0;
  polls = 0;
  memory: readonly MemoryRegion[];
  readonly #consoles: LibretroMachine[] = [];
  readonly #hands: readonly Hand[];
  readonly #wire = new Wire();
  readonly #seen: number | undefined;
  readonly #tiles: Tiles;
  readonly #name: string;
  #closed = false;

  constructor(file: CoreFile, options: OpenOptions, settings: NetworkSettings) {
    this.#name = `${options.content.name}: ${file.name}`;
    this.#seen = settings.show;
    try {
      for (const [i, game] of cartridgesOf(options, settings.consoles).entries()) {
        const own = { content: game, settings: settings.each[i]!, ...(game.save && { save: game.save }) };
        this.#consoles.push(new LibretroMachine(file, own, (data, size, to) => this.#wire.send(i, data, size, to)));
      }
      this.#join();
    } catch (error) {
      this.close();
      throw error;
    }
    this.#hands = this.#consoles.map(() => new Hand());
    this.#tiles = new Tiles(this.#consoles);
    this.memory = this.#consoles.flatMap((machine, i) =>
      machine.memory.map((_, index) => new Numbered(i, machine, index)),
    );
    this.boot = describe(this.#consoles, settings.boot);
  }

  get timing(): Timing {
    return this.#consoles[0]!.timing;
  }

  get video(): VideoFrame {
    return this.#seen === undefined ? this.#tiles : this.#consoles[this.#seen]!.video;
  }

  /** With all consoles shown, the first one is heard. */
  get audio(): AudioChunk {
    return this.#consoles[this.#seen ?? 0]!.audio;
  }

  step(input: InputSource, show: Show = SHOW_ALL): void {
    if (this.#closed) throw new Error("this machine is closed");
    input.beginFrame?.(this.frame);
    const consoles = this.#consoles;
    for (let i = 0; i < consoles.length; i++) this.#hands[i]!.take(input.poll(i));
    this.polls = 1;
    this.#wire.deliver(consoles.length, this.#receive, this.#poll);
    for (let i = 0; i < consoles.length; i++)
      consoles[i]!.step(this.#hands[i]!, this.#seen === undefined || this.#seen === i ? show : SHOW_NOTHING);
    this.frame++;
    if (this.#seen === undefined) this.#tiles.renew(show.video);
    const { fault } = this.#wire;
    if (fault)
      throw new Problem(`${this.#name}: ${fault} at frame ${this.frame}, and no network takes that`, EXIT.desync);
  }

  reset(kind: "soft" | "power", frame = this.frame): void {
    if (kind === "power") {
      this.#wire.clear();
      for (const console of this.#consoles) console.netpacket?.stop();
    }
    for (const console of this.#consoles) console.reset(kind, frame);
    if (kind === "power") this.#join();
    this.frame = frame;
  }

  get stateSize(): number {
    return this.#consoles.reduce((sum, console) => sum + WORD + console.stateSize, HEAD + this.#wire.size);
  }

  saveState(into: Uint8Array = new Uint8Array(this.stateSize)): Uint8Array {
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    if (into.length < this.stateSize) throw new RangeError(`a state takes ${this.stateSize} bytes, not ${into.length}`);
    view.setUint32(0, MARK, true);
    view.setUint32(WORD, this.#consoles.length, true);
    view.setUint32(2 * WORD, this.#wire.size, true);
    let at = HEAD;
    for (const console of this.#consoles) {
      const { length } = console.saveState(into.subarray(at + WORD));
      view.setUint32(at, length, true);
      at += WORD + length;
    }
    const end = at + this.#wire.size;
    this.#wire.save(into.subarray(at, end));
    return end === into.length ? into : into.subarray(0, end);
  }

  loadState(state: Uint8Array, frame: number): void {
    const parts = split(state, this.#consoles.length);
    if (!parts) {
      throw new Problem(
        `${this.#name} cannot load this state: damaged, cut off, or not of ${this.#consoles.length} consoles`,
      );
    }
    for (const [i, console] of this.#consoles.entries()) console.checkState(parts.states[i]!);
    for (const [i, console] of this.#consoles.entries()) console.loadState(parts.states[i]!, frame);
    this.#wire.load(parts.wire);
    this.frame = frame;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const console of this.#consoles) {
      console.netpacket?.stop();
      console.close();
    }
    this.memory = [];
  }

  /** Everybody is on the network, and the first one, the host, knows it. */
  #join(): void {
    const nets = this.#consoles.map((console) => console.netpacket);
    for (const [id, net] of nets.entries()) {
      if (!net?.offered) {
        throw new Problem(
          `${this.#name} has no network of its own (libretro's netpacket interface), so there can be one console; leave consoles out`,
        );
      }
      net.start(id);
    }
    for (let id = 1; id < nets.length; id++)
      if (!nets[0]!.connected(id))
        throw new Problem(`${this.#name} takes ${id} consoles here; use --set consoles=${id}`);
  }

  /** A console whose plug is out neither gets anything nor is it heard. */
  readonly #receive = (to: number, packet: Uint8Array, from: number): void => {
    if (!this.#out(to) && !this.#out(from)) this.#consoles[to]!.netpacket!.receive(packet, from);
  };

  readonly #poll = (console: number): void => this.#consoles[console]!.netpacket!.poll();

  #out(console: number): boolean {
    return (this.#hands[console]!.pad.buttons & BUTTON.Unplug) !== 0;
  }
}

function describe(consoles: readonly LibretroMachine[], settings: Readonly<Record<string, string>>): Boot {
  const [first, ...more] = consoles.map(({ boot }) => boot);
  return {
    ...first!,
    more: more.map(({ content, save }) => ({ content, save })),
    settings: { ...first!.settings, ...settings },
    ports: consoles.map(({ boot }) => boot.ports[0]!),
    unpinned: [...new Set(consoles.flatMap(({ boot }) => boot.unpinned))],
  };
}

/** A state's parts, or undefined where it is none of so many consoles. Every length is checked. */
function split(state: Uint8Array, consoles: number): { states: Uint8Array[]; wire: Uint8Array } | undefined {
  const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
  if (state.length < HEAD || view.getUint32(0, true) !== MARK || view.getUint32(WORD, true) !== consoles)
    return undefined;
  const states: Uint8Array[] = [];
  let at = HEAD;
  for (let i = 0; i < consoles; i++) {
    if (at + WORD > state.length) return undefined;
    const end = at + WORD + view.getUint32(at, true);
    if (end > state.length) return undefined;
    states.push(state.subarray(at + WORD, end));
    at = end;
  }
  const wire = state.subarray(at);
  return wire.length === view.getUint32(2 * WORD, true) && Wire.holds(wire, consoles) ? { states, wire } : undefined;
}
