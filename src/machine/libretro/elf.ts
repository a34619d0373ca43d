/** What a shared object imports, and where the addresses of those imports lie once it is loaded (ELF, 64 bit, little-endian). */
export interface Imports {
  /** Offset of each import's slots from the address that the object is loaded at. */
  readonly slots: ReadonlyMap<string, readonly number[]>;
  /** Offset of each exported symbol. */
  readonly exports: ReadonlyMap<string, number>;
  /** File offsets of the `st_info` bytes of symbols that are unique in the whole process (STB_GNU_UNIQUE). */
  readonly unique: readonly number[];
  /** Where its variables lie once it is loaded: offset and size of the writable segments. */
  readonly variables: readonly { readonly offset: number; readonly size: number }[];
}

const SECTION = { RELA: 4, DYNSYM: 11 };
const SEGMENT = { LOAD: 1, WRITABLE: 2 };
const UNIQUE = 10;
const RELOCATION_SIZE = 24;
const SYMBOL_SIZE = 24;
/** Relocations that put a symbol's plain address in a slot: x86-64 64, GLOB_DAT, JUMP_SLOT; aarch64 ABS64, GLOB_DAT, JUMP_SLOT. */
const ADDRESS_RELOCATIONS: Record<number, readonly number[]> = { 62: [1, 6, 7], 183: [257, 1025, 1026] };

/** Reads a shared object. Undefined for another format (other systems), where nothing of this can be known. */
export function readImports(file: Uint8Array): Imports | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 64 || view.getUint32(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) return undefined;
  const kinds = ADDRESS_RELOCATIONS[view.getUint16(18, true)];
  if (!kinds) return undefined;
  try {
    return readSections(view, kinds);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // cut off: the loader will say so
    throw error;
  }
}

function readSections(view: DataView, kinds: readonly number[]): Imports {
  const u64 = (at: number): number => Number(view.getBigUint64(at, true));
  const sections = Array.from({ length: view.getUint16(60, true) }, (_, i) => {
    const at = u64(40) + i * view.getUint16(58, true);
    return {
      type: view.getUint32(at + 4, true),
      start: u64(at + 24),
      size: u64(at + 32),
      link: view.getUint32(at + 40, true),
    };
  });
  const variables = Array.from({ length: view.getUint16(56, true) }, (_, i) => u64(32) + i * view.getUint16(54, true))
    .filter((at) => view.getUint32(at, true) === SEGMENT.LOAD && view.getUint32(at + 4, true) & SEGMENT.WRITABLE)
    .map((at) => ({ offset: u64(at + 16), size: u64(at + 40) }));
  const slots = new Map<string, number[]>();
  const exports = new Map<string, number>();
  const unique: number[] = [];
  const symbols = sections.findIndex((s) => s.type === SECTION.DYNSYM);
  const table = sections[symbols];
  const strings = sections[table?.link ?? -1];
  if (!table || !strings) return { slots, exports, unique, variables };

  const nameOf = (symbol: number): string => {
    const start = strings.start + view.getUint32(symbol, true);
    let end = start;
    while (view.getUint8(end) !== 0) end++;
    return Buffer.from(view.buffer, view.byteOffset + start, end - start).toString("latin1");
  };
  for (let symbol = table.start; symbol < table.start + table.size; symbol += SYMBOL_SIZE) {
    if (view.getUint8(symbol + 4) >> 4 === UNIQUE) unique.push(symbol + 4);
    if (view.getUint16(symbol + 6, true) !== 0) exports.set(nameOf(symbol), u64(symbol + 8));
  }
  for (const { type, start, size, link } of sections) {
    if (type !== SECTION.RELA || link !== symbols) continue;
    for (let at = start; at < start + size; at += RELOCATION_SIZE) {
      if (!kinds.includes(view.getUint32(at + 8, true))) continue;
      const symbol = table.start + view.getUint32(at + 12, true) * SYMBOL_SIZE;
      if (view.getUint16(symbol + 6, true) !== 0) continue; // defined here, not imported
      const name = nameOf(symbol);
      slots.set(name, [...(slots.get(name) ?? []), u64(at)]);
    }
  }
  return { slots, exports, unique, variables };
}
