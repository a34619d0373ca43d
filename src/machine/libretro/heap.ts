import koffi from "koffi";

/** glibc's parameter for what malloc fills memory with: the complement of this byte; 0 for whatever was there before. */
const M_PERTURB = -6;
const mallopt = symbolOf("int mallopt(int parameter, int value)");

/**
 * Calls `start` while memory that a core asks for comes zeroed. Some states hold bytes that the core never sets (nestopia:
 * one of the triangle channel's, in about one start of five hundred), so that two equal consoles would differ. Only with
 * glibc, and not for small pieces that are given out a second time: there it is as it was.
 */
export function withCleanMemory(start: () => void): void {
  mallopt?.(M_PERTURB, 255);
  try {
    start();
  } finally {
    mallopt?.(M_PERTURB, 0);
  }
}

function symbolOf(prototype: string): ((...args: number[]) => number) | undefined {
  try {
    return koffi.load(null).func(prototype);
  } catch {
    return undefined;
  }
}
