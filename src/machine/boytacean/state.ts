import { FromGbOptions, type GameBoy, SaveStateFormat, StateFormat, StateManager } from "boytacean";
import type { XXHashAPI } from "xxhash-wasm";
import { Problem } from "../../problem.ts";
import { pictureIsComplete } from "./clock.ts";

const MAGIC = 0x53425349; // "ISBS"
const HEADER = 32;
/** The core writes the wall clock into each state (its INFO block): equal machines are to give equal states. */
const CLOCK_SIZE = 8;

/**
 * boytacean's own states (BOS) without their wall clock, behind a header (little-endian): magic u32, size u32, the game's
 * SHA-256 (8 bytes), xxh64 of the rest of the file (8 bytes), the keys held (u8), zeros.
 */
export class States {
  readonly #gb: GameBoy;
  readonly #name: string;
  readonly #game: bigint;
  readonly #xxhash: XXHashAPI;
  readonly #clockAt: number;
  readonly #sizes: { readonly brief: number; readonly full: number };

  constructor(gb: GameBoy, name: string, sha256: string, xxhash: XXHashAPI) {
    this.#gb = gb;
    this.#name = name;
    this.#game = BigInt(`0x${sha256.slice(0, 16)}`);
    this.#xxhash = xxhash;
    const bos = this.#save(StateFormat.Partial);
    this.#clockAt = clockIn(bos);
    this.#sizes = { brief: HEADER + bos.length, full: HEADER + this.#save(StateFormat.Full).length };
  }

  /** The picture is a part only while it is being drawn: 25 KB become 230 KB by it. */
  size(): number {
    return pictureIsComplete(this.#gb) ? this.#sizes.brief : this.#sizes.full;
  }

  #save(format: StateFormat): Uint8Array {
    // The call takes the options over: they are made anew each time.
    return StateManager.save_wa(this.#gb, SaveStateFormat.Bos, FromGbOptions.new(false, format, "instep", "1"));
  }

  save(held: number, into?: Uint8Array): Uint8Array {
    const bos = this.#save(pictureIsComplete(this.#gb) ? StateFormat.Partial : StateFormat.Full);
    bos.fill(0, this.#clockAt, this.#clockAt + CLOCK_SIZE);
    const size = HEADER + bos.length;
    const state = into && into.length >= size ? into.subarray(0, size) : new Uint8Array(size);
    state.fill(0, 0, HEADER);
    state.set(bos, HEADER);
    const view = new DataView(state.buffer, state.byteOffset, HEADER);
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, size, true);
    view.setBigUint64(8, this.#game, true);
    view.setUint8(24, held);
    view.setBigUint64(16, this.#xxhash.h64Raw(state.subarray(24)), true);
    return state;
  }

  /** Returns the keys held. What is damaged or of another game is refused, and nothing is changed then. */
  load(state: Uint8Array): number {
    const refuse = (why: string): never => {
      throw new Problem(`${this.#name}: the state cannot be loaded: ${why}; take one of the same game and core`);
    };
    if (state.length < HEADER) refuse(`it has only ${state.length} bytes`);
    const view = new DataView(state.buffer, state.byteOffset, HEADER);
    if (view.getUint32(0, true) !== MAGIC) refuse("it is not one of this core's");
    if (view.getUint32(4, true) !== state.length) refuse("its length is wrong");
    if (view.getBigUint64(8, true) !== this.#game) refuse("it is of another game");
    if (view.getBigUint64(16, true) !== this.#xxhash.h64Raw(state.subarray(24))) refuse("it is damaged");
    try {
      StateManager.load_wa(state.subarray(HEADER), this.#gb, SaveStateFormat.Bos, null);
    } catch (error) {
      refuse(`the core says: ${error instanceof Error ? error.message : String(error)}`);
    }
    return view.getUint8(24);
  }
}

function clockIn(bos: Uint8Array): number {
  const info = StateManager.read_bos_wa(bos);
  const clock = new Uint8Array(new BigUint64Array([info.timestamp_wa()]).buffer);
  info.free();
  for (let at = bos.indexOf(clock[0]!); at >= 0; at = bos.indexOf(clock[0]!, at + 1)) {
    if (clock.every((byte, i) => bos[at + i] === byte)) return at;
  }
  throw new Error("boytacean: the wall clock was not found in its state");
}
