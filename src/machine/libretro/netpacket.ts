import koffi from "koffi";
import { type Address, readAddress } from "./abi.ts";
import type { Library } from "./library.ts";

/** The frontend's two functions, which the core may call. */
const SEND = koffi.pointer(koffi.proto("void", ["int", "uint64_t", "size_t", "uint16_t"]));
const POLL_RECEIVE = koffi.pointer(koffi.proto("void", []));
/** The core's functions: retro_netpacket_callback. */
const START = koffi.proto("void", ["uint16_t", "uint64_t", "uint64_t"]);
const RECEIVE = koffi.proto("void", ["const void*", "size_t", "uint16_t"]);
const PLAIN = koffi.proto("void", []);
const CONNECTED = koffi.proto("bool", ["uint16_t"]);
const AT = { start: 0, receive: 8, stop: 16, poll: 24, connected: 32 } as const;

/** Takes what a core sends: `size` bytes at `data`, to a console from 0, or to all with 0xffff. */
export type Send = (data: Address, size: number, to: number) => void;

/**
 * One core's end of a network of its own: libretro's netpacket interface (RETRO_ENVIRONMENT_SET_NETPACKET_INTERFACE). In
 * mid-frame nothing ever arrives: when it would, would depend on which console runs first.
 */
export class Netpacket {
  /** The core has the interface, and said so. */
  offered = false;
  readonly #send: bigint;
  readonly #pollReceive: bigint;
  #start!: (id: number, send: bigint, pollReceive: bigint) => void;
  #receive!: (data: Uint8Array, size: number, from: number) => void;
  #stop: (() => void) | undefined;
  #poll: (() => void) | undefined;
  #connected: ((id: number) => boolean) | undefined;

  /** Before the library is connected. */
  constructor(library: Library, send: Send) {
    // Flags ask for less than there is: here all packets arrive, in order.
    const sent = (_flags: number, data: Address, size: number, to: number): void => send(data, Number(size), to);
    this.#send = library.register(sent, SEND);
    this.#pollReceive = library.register(() => {}, POLL_RECEIVE);
  }

  /** Reads the core's functions from a retro_netpacket_callback. */
  readonly take = (at: Address): boolean => {
    const named = (offset: number, type: typeof PLAIN) => {
      const pointer = at === 0 ? 0 : readAddress(at, offset);
      return pointer === 0 ? undefined : koffi.decode(BigInt(pointer), type);
    };
    this.#start = named(AT.start, START);
    this.#receive = named(AT.receive, RECEIVE);
    this.#stop = named(AT.stop, PLAIN);
    this.#poll = named(AT.poll, PLAIN);
    this.#connected = named(AT.connected, CONNECTED);
    this.offered = this.#start !== undefined && this.#receive !== undefined;
    return this.offered;
  };

  /** It is console `id` of the network from now on; 0 is the host. */
  start(id: number): void {
    this.#start(id, this.#send, this.#pollReceive);
  }

  stop(): void {
    this.#stop?.();
  }

  /** Told to the host: another console is there. Whether it is taken. */
  connected(id: number): boolean {
    return this.#connected?.(id) ?? true;
  }

  receive(packet: Uint8Array, from: number): void {
    this.#receive(packet, packet.length, from);
  }

  /** Called at each frame's start, after what arrived. */
  poll(): void {
    this.#poll?.();
  }
}
