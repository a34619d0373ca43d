import type { Probe, Profile } from "./profile.ts";

/** What was read in `count` frames on end, the first being `first`. Arrays of numbers, so that they cross processes cheaply. */
export interface Readings {
  readonly first: number;
  readonly count: number;
  /** The probes' values: count rows of as many as the profile has probes. */
  readonly values: Float64Array;
  /** A fingerprint a frame; empty when the profile has none. */
  readonly prints: BigUint64Array;
  /** Polls of port 0 in the step that led to the frame: 0 is a lag frame, where the core can tell. */
  readonly polls: Uint16Array;
  /** Audio sample frames that the step gave. */
  readonly samples: Uint16Array;
}

export function newReadings(profile: Profile, first: number, count: number): Readings {
  return {
    first,
    count,
    values: new Float64Array(count * profile.probes.length),
    prints: new BigUint64Array(profile.fingerprint ? count : 0),
    polls: new Uint16Array(count),
    samples: new Uint16Array(count),
  };
}

/** The first `count` frames of it, or those from `from` on; views, no copies. */
export function sliceReadings(readings: Readings, from: number, count: number): Readings {
  const at = from - readings.first;
  const width = readings.count ? readings.values.length / readings.count : 0;
  return {
    first: from,
    count,
    values: readings.values.subarray(at * width, (at + count) * width),
    prints: readings.prints.length ? readings.prints.subarray(at, at + count) : readings.prints,
    polls: readings.polls.subarray(at, at + count),
    samples: readings.samples.subarray(at, at + count),
  };
}

/** Two batches on end as one, from a frame on; where they are not on end, the one after. */
export function joinReadings(before: Readings | undefined, after: Readings, from: number): Readings {
  if (!before || before.first + before.count !== after.first) return after;
  const first = Math.max(before.first, from);
  const kept = sliceReadings(before, first, after.first - first);
  return {
    first,
    count: kept.count + after.count,
    values: Float64Array.of(...kept.values, ...after.values),
    prints: BigUint64Array.of(...kept.prints, ...after.prints),
    polls: Uint16Array.of(...kept.polls, ...after.polls),
    samples: Uint16Array.of(...kept.samples, ...after.samples),
  };
}

/** The first frame at which reference and follower differ, and in what. */
export interface Divergence {
  readonly frame: number;
  readonly probes: readonly { readonly name: string; readonly expected: number; readonly actual: number }[];
  /** Present when the fingerprints differ; hexadecimal. */
  readonly fingerprint?: { readonly expected: string; readonly actual: string };
  /** Why, in words, where it was found out. */
  readonly cause?: string;
}

/** Equal as the probe's precision counts it. NaN equals NaN: both runs hold the same nonsense. */
export function equalReading(probe: Probe, expected: number, actual: number): boolean {
  if (Object.is(expected, actual) || expected === actual) return true;
  const precision = probe.precision;
  if (precision === "exact") return false;
  if ("step" in precision) return Math.abs(expected - actual) <= precision.step;
  return expected.toFixed(precision.decimals) === actual.toFixed(precision.decimals);
}

/** Compares the frames that both have, from the profile's first on; undefined when they agree. */
export function firstDivergence(profile: Profile, expected: Readings, actual: Readings): Divergence | undefined {
  const probes = profile.probes;
  const end = Math.min(expected.first + expected.count, actual.first + actual.count);
  for (let frame = Math.max(profile.from, expected.first, actual.first); frame < end; frame++) {
    const e = frame - expected.first;
    const a = frame - actual.first;
    let same = expected.prints[e] === actual.prints[a];
    for (let p = 0; same && p < probes.length; p++) {
      same = equalReading(probes[p]!, expected.values[e * probes.length + p]!, actual.values[a * probes.length + p]!);
    }
    if (!same) return divergenceAt(profile, frame, expected, actual);
  }
  return undefined;
}

function divergenceAt(profile: Profile, frame: number, expected: Readings, actual: Readings): Divergence {
  const width = profile.probes.length;
  const e = frame - expected.first;
  const a = frame - actual.first;
  const probes = profile.probes
    .map((probe, p) => ({ probe, expected: expected.values[e * width + p]!, actual: actual.values[a * width + p]! }))
    .filter((reading) => !equalReading(reading.probe, reading.expected, reading.actual))
    .map(({ probe, ...values }) => ({ name: probe.name, ...values }));
  const prints = [expected.prints[e], actual.prints[a]];
  if (prints[0] === prints[1]) return { frame, probes };
  return { frame, probes, fingerprint: { expected: hex64(prints[0]), actual: hex64(prints[1]) } };
}

const hex64 = (n: bigint | undefined): string => (n ?? 0n).toString(16).padStart(16, "0");

/** "p1.x is 12, should be 14 (and 2 more)": what a desync is told with. */
export function describeDivergence(divergence: Divergence): string {
  const [first, ...more] = divergence.probes;
  const why = divergence.cause ? `; ${divergence.cause}` : "";
  if (first) {
    const rest = more.length ? ` (and ${more.length} more)` : "";
    return `${first.name} is ${first.actual}, should be ${first.expected}${rest}${why}`;
  }
  return `fingerprint is ${divergence.fingerprint?.actual}, should be ${divergence.fingerprint?.expected}${why}`;
}
