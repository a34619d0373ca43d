import type { GameBoy, InitOutput } from "boytacean";

/** Instructions over which a word must agree with the PC. */
const WATCHED = 256;

/**
 * How to read the CPU's PC without a call: `registers()` makes an object of all registers, which is too slow before each
 * instruction. The word is one that agrees with `registers()` over many instructions and that `registers()` follows; it
 * lies in the console's own block, which never moves. The console has run WATCHED instructions afterwards.
 */
export function findProgramCounter(gb: GameBoy, wasm: InitOutput): () => number {
  let words = new Uint16Array(wasm.memory.buffer);
  gb.clock();
  let candidates = wordsThatAre(words, pcOf(gb));
  for (let i = 1; i < WATCHED; i++) {
    gb.clock();
    const pc = pcOf(gb);
    words = new Uint16Array(wasm.memory.buffer);
    candidates = candidates.filter((at) => words[at] === pc);
  }
  const word = candidates.find((at) => isFollowed(gb, words, at));
  if (word === undefined) throw new Error("boytacean: the program counter was not found in the core's memory");
  return () => {
    if (words.buffer !== wasm.memory.buffer) words = new Uint16Array(wasm.memory.buffer);
    return words[word]!;
  };
}

function isFollowed(gb: GameBoy, words: Uint16Array, at: number): boolean {
  const pc = words[at]!;
  words[at] = pc ^ 1;
  const followed = pcOf(gb) === (pc ^ 1);
  words[at] = pc;
  return followed;
}

function wordsThatAre(words: Uint16Array, value: number): number[] {
  const found: number[] = [];
  for (let at = words.indexOf(value); at >= 0; at = words.indexOf(value, at + 1)) found.push(at);
  return found;
}

function pcOf(gb: GameBoy): number {
  const registers = gb.registers();
  const { pc } = registers;
  registers.free();
  return pc;
}
