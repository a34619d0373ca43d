/**
 * Joins the sound of two runs without a click: `b` with its first milliseconds faded over from `a`. Both are the samples
 * of the same frame, interleaved stereo. Where they are equal, `b` itself is returned: not a bit is touched.
 */
export function crossfade(a: Int16Array, b: Int16Array, sampleRate: number, seconds = 0.005): Int16Array {
  const frames = Math.min(a.length >> 1, b.length >> 1, Math.round(sampleRate * seconds));
  let from = 0;
  while (from < frames * 2 && a[from] === b[from]) from++;
  if (from === frames * 2) return b;
  const out = b.slice();
  for (let i = 0; i < frames; i++) {
    const weight = (i + 1) / (frames + 1);
    for (let at = i * 2; at < i * 2 + 2; at++) out[at] = Math.round(a[at]! + (b[at]! - a[at]!) * weight);
  }
  return out;
}
