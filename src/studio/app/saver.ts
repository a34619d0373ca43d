import { ask, Fault, pathOf } from "./ask.ts";

/** Bytes that go at once. */
const PIECE = 4 << 20;

/** Brings a recording that grows to the server, piece by piece; what could not be brought goes with the next ones. */
export class Saver {
  readonly id: string;
  saved = 0;
  /** Why the last piece could not be saved; undefined: all is well. */
  fault: string | undefined;
  #turn: Promise<void> = Promise.resolve();

  private constructor(id: string) {
    this.id = id;
  }

  /** `name`: what the recording is to be called. */
  static async begin(name: string): Promise<Saver> {
    const { id } = await ask<{ id: string }>("POST", "/api/recordings", { name });
    return new Saver(id);
  }

  /** The recording as it is now: what is new of it is saved. */
  save(bytes: Uint8Array): Promise<void> {
    this.#turn = this.#turn.then(() => this.#bring(bytes));
    return this.#turn;
  }

  async #bring(bytes: Uint8Array): Promise<void> {
    try {
      while (this.saved < bytes.length) {
        const piece = bytes.subarray(this.saved, this.saved + PIECE);
        const path = `${pathOf("api/recordings", this.id)}?at=${this.saved}`;
        this.saved = (await ask<{ size: number }>("PUT", path, piece)).size;
      }
      this.fault = undefined;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // The server has more than it could say before it was lost.
      const [, ends] = /ends at byte (\d+)/.exec(error.message) ?? [];
      if (error.status === 409 && ends && Number(ends) > this.saved) this.saved = Number(ends);
      this.fault = error.message;
    }
  }
}
