/** Who waits for a source of frames: for a seek to arrive, or for an answer. */
export class Waiting {
  readonly #sought: { readonly frame: number; arrive(): void }[] = [];
  readonly #asked = new Map<number, (value: never) => void>();
  #asks = 0;

  /** Resolves when that frame is shown, or one that was asked for after it. */
  seek(frame: number): Promise<void> {
    return new Promise((arrive) => this.#sought.push({ frame, arrive }));
  }

  /** That frame is shown: seeks before it were passed over. */
  seeked(frame: number): void {
    this.#arrived(this.#sought.findLastIndex((one) => one.frame === frame));
  }

  /** No seek arrives any more. */
  stumbled(): void {
    this.#arrived(this.#sought.length - 1);
  }

  /** Asks under a number of its own. */
  ask<T>(tell: (id: number) => void): Promise<T> {
    const id = this.#asks++;
    return new Promise<T>((resolve) => {
      this.#asked.set(id, resolve);
      tell(id);
    });
  }

  answered(id: number, value: unknown): void {
    this.#asked.get(id)?.(value as never);
    this.#asked.delete(id);
  }

  /** The source is gone: nobody waits for it any more. */
  leave(): void {
    this.stumbled();
    for (const answer of this.#asked.values()) answer(undefined as never);
    this.#asked.clear();
  }

  #arrived(last: number): void {
    for (const { arrive } of this.#sought.splice(0, last + 1)) arrive();
  }
}
