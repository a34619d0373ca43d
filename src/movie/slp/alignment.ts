import { sameBytes } from "./compare.ts";
import type { Slp, SlpTrack } from "./reader.ts";

/** An event's bytes behind its command, frame, port and follower: what it says of a character. */
const BEHIND_PLAYER = 7;
/** Frames in which a shift must hold to be told of. */
const RUN = 8;
/** Furthest shift that is looked for, in frames. */
const FURTHEST = 7;

/** Whether two recordings go on alike from a frame on if ports are exchanged, or if one of them is a few frames late. */
export function alignment(
  a: Slp,
  b: Slp,
  frame: number,
): { ports: [number, number][] | undefined; shift: number | undefined } {
  return { ports: exchanged(a, b, frame), shift: shifted(a, b, frame) };
}

function samePost(a: Slp, one: SlpTrack, rowA: number, b: Slp, other: SlpTrack, rowB: number): boolean {
  const [atA, atB] = [one.post.offset(rowA), other.post.offset(rowB)];
  if (atA === 0 || atB === 0) return atA === atB;
  const size = Math.min(one.post.size, other.post.size) - BEHIND_PLAYER;
  return sameBytes(a.bytes, atA + BEHIND_PLAYER, b.bytes, atB + BEHIND_PLAYER, size);
}

/** Ports that changed places: every character of A stands in B on exactly one port, and not all on their own. */
function exchanged(a: Slp, b: Slp, frame: number): [number, number][] | undefined {
  const [rowA, rowB] = [frame - a.first, frame - b.first];
  const pairs: [number, number][] = [];
  const taken = new Set<SlpTrack>();
  for (const track of a.tracks) {
    if (!track.post.has(rowA)) continue;
    const fits = b.tracks.filter(
      (other) => !taken.has(other) && other.follower === track.follower && samePost(a, track, rowA, b, other, rowB),
    );
    const fit = fits.find(({ port }) => port === track.port) ?? fits[0];
    if (!fit) return undefined;
    taken.add(fit);
    if (!track.follower) pairs.push([track.port, fit.port]);
  }
  const moved = pairs.filter(([from, to]) => from !== to);
  return moved.length > 0 ? moved : undefined;
}

function shifted(a: Slp, b: Slp, frame: number): number | undefined {
  for (let k = 1; k <= FURTHEST; k++) for (const shift of [k, -k]) if (holds(a, b, frame, shift)) return shift;
  return undefined;
}

function holds(a: Slp, b: Slp, frame: number, shift: number): boolean {
  // Beyond the shift both have left what they last had in common.
  const from = frame + Math.abs(shift);
  let moved = false;
  for (let at = from; at < from + RUN; at++) {
    const [rowA, rowB] = [at - a.first, at + shift - b.first];
    if (rowA >= a.rows || rowB >= b.rows || rowB < 0) return false;
    for (const track of a.tracks) {
      const other = b.tracks.find(({ port, follower }) => port === track.port && follower === track.follower);
      if (!other || !samePost(a, track, rowA, b, other, rowB)) return false;
      if (track.post.has(rowA) && !samePost(a, track, rowA, a, track, rowA + 1)) moved = true;
    }
  }
  return moved;
}
