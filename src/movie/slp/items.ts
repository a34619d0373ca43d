/** Which rows of the item table are of which frame: a frame's items stand together. */
export class ItemRanges {
  #first = new Uint32Array(256);
  #count = new Uint8Array(256);

  /** An item of the frame at `row` of all items. Events beyond 255 in a frame are left out: the game writes 15. */
  add(frameRow: number, row: number): void {
    if (frameRow >= this.#first.length) {
      const room = Math.max(frameRow + 1, this.#first.length * 2);
      const [first, count] = [new Uint32Array(room), new Uint8Array(room)];
      first.set(this.#first);
      count.set(this.#count);
      [this.#first, this.#count] = [first, count];
    }
    const count = this.#count[frameRow]!;
    if (count === 0) this.#first[frameRow] = row;
    if (count < 255) this.#count[frameRow] = count + 1;
  }

  /** The frame is sent again: its items until now were a guess. */
  clear(frameRow: number): void {
    if (frameRow < this.#count.length) this.#count[frameRow] = 0;
  }

  /** Rows of a frame's items: from `first` on, so many. */
  of(frameRow: number): { first: number; count: number } {
    return { first: this.#first[frameRow] ?? 0, count: this.#count[frameRow] ?? 0 };
  }
}
