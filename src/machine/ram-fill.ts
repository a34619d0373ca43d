/** Writes bytes into memory that the console powers up with undefined. */
export type RamFill = (memory: Uint8Array) => void;

/**
 * "00", "ff", "random:INTEGER". Random bytes are drawn in the order in which memories are filled, so the same seed fills
 * the same console the same way (xorshift32, Marsaglia 2003).
 */
export function ramFill(name: string): RamFill {
  if (!name.startsWith("random:")) {
    const byte = Number.parseInt(name, 16);
    return (memory) => void memory.fill(byte);
  }
  // A multiplicative hash keeps neighbouring seeds apart; xorshift must not start from 0.
  let x = Math.imul(Number(name.slice("random:".length)) ^ 0x5bd1e995, 0x9e3779b1) || 1;
  return (memory) => {
    for (let i = 0; i < memory.length; i++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      memory[i] = x >>> 24;
    }
  };
}
