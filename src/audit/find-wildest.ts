import { LEAST } from "./find-foretell.ts";
import type { Survey } from "./find-trace.ts";

/** Words of a KiB that are looked at where memory is large. */
const PER_PAGE = 8;

/** Offsets of the words whose changes flip half of their bits, or of one half's, most like that first; at most so many. */
export function wildest({ changes, flips }: Survey, most: number): number[][] {
  const bias = changes.map((count, r) =>
    Float32Array.from(count, (n, w) => {
      if (n < LEAST) return 1;
      const [low, high] = [flips[r]!.low[w]! / n / 16 - 0.5, flips[r]!.high[w]! / n / 16 - 0.5].map(Math.abs) as [
        number,
        number,
      ];
      return Math.max(low, high) < 0.15
        ? Math.max(low, high)
        : Math.min(low, high) < 0.1
          ? 0.5 + Math.min(low, high)
          : 1;
    }),
  );
  // Pictures and lists for the graphics processor are wild all over: a few words of each KiB are enough.
  for (const b of bias)
    for (let page = 0; page < b.length; page += 256) {
      const words = b.subarray(page, page + 256);
      const limit = [...words].sort((x, y) => x - y)[PER_PAGE] ?? 1;
      for (let w = 0; w < words.length; w++) if (words[w]! >= limit) words[w] = 1;
    }
  const sorted = bias.flatMap((b) => [...b.filter((x) => x < 1)]).sort((a, b) => a - b);
  const limit = sorted[most] ?? 1;
  return bias.map((b) => [...b.keys()].filter((w) => b[w]! < limit).map((w) => w * 4));
}
