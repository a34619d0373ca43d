/** Bytes after a core's own state: a mark, then the core's build, the game, the state's size, and frames since the console was switched on. */
export const TRAILER_SIZE = 20;
const MARK = 0x49534c52;

/**
 * Most cores check nothing of a state and crash on a damaged one. So each state says at its end what it is, and one of
 * another build or game, or a cut one, never comes near the core.
 */
export class Trailer {
  readonly #build: number;
  readonly #game: number;

  /** Both SHA-256 in hexadecimal. */
  constructor(build: string, game: string) {
    this.#build = Number.parseInt(build.slice(0, 8), 16);
    this.#game = Number.parseInt(game.slice(0, 8), 16);
  }

  /** Writes it after the first `size` bytes. */
  write(state: Uint8Array, size: number, age: number): void {
    const view = new DataView(state.buffer, state.byteOffset + size, TRAILER_SIZE);
    view.setUint32(0, MARK);
    view.setUint32(4, this.#build);
    view.setUint32(8, this.#game);
    view.setUint32(12, size);
    view.setUint32(16, age);
  }

  /** What is wrong with a state, or undefined. */
  fault(state: Uint8Array): string | undefined {
    const size = state.length - TRAILER_SIZE;
    if (size <= 0) return "it is cut off";
    const view = new DataView(state.buffer, state.byteOffset + size, TRAILER_SIZE);
    if (view.getUint32(0) !== MARK || view.getUint32(12) !== size) return "it is damaged or cut off";
    if (view.getUint32(4) !== this.#build) return "it is of another build of the core";
    return view.getUint32(8) === this.#game ? undefined : "it is of another game";
  }

  /** Frames between switching on and the state. */
  age(state: Uint8Array): number {
    return new DataView(state.buffer, state.byteOffset, state.byteLength).getUint32(state.length - 4);
  }
}
