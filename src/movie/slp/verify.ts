import type { Fault, Slp } from "./reader.ts";
import { checkSeeds, type SeedCheck } from "./seeds.ts";

export interface SlpCheck {
  /** "whole"; "unfinished": its writer was killed or still writes; "cut": less is there than it says; "damaged". */
  readonly state: "whole" | "unfinished" | "cut" | "damaged";
  /** Nothing is wrong; an unfinished file may hold too. */
  readonly holds: boolean;
  readonly frames: number;
  readonly first: number;
  readonly last: number;
  readonly confirmed: number;
  /** Stretches of frames that are not there. */
  readonly missing: readonly { readonly from: number; readonly to: number }[];
  /** Rollbacks: where each went back to, and how many frames it sent again. */
  readonly rollbacks: readonly { readonly frame: number; readonly frames: number }[];
  readonly faults: readonly Fault[];
  /** What is odd, and not wrong. */
  readonly notes: readonly string[];
  readonly seeds: SeedCheck;
}

const MOST_FAULTS = 100;

/** Checks all of a recording that can be checked without the game. */
export function verifySlp(slp: Slp): SlpCheck {
  const faults = [...slp.faults];
  const notes: string[] = [];
  const missing = missingFrames(slp);
  checkTracks(slp, faults);
  checkBookends(slp, faults);
  const seeds = checkSeeds(slp);
  const state = stateOf(slp);
  const { lastFrame } = slp.metadata ?? {};
  if (state === "whole" && typeof lastFrame === "number" && lastFrame !== slp.last)
    faults.push({
      byte: slp.bytes.length,
      what: `its metadata ends it at frame ${lastFrame}, and it ends at ${slp.last}`,
    });
  if (state === "whole" && !slp.end) notes.push("it has no game end");
  if (state === "whole" && !slp.metadata) notes.push("it has no metadata");
  for (const [command, count] of slp.unknown)
    notes.push(`${count} events of an unknown kind, 0x${command.toString(16)}`);
  if (slp.damage !== undefined) notes.push(slp.damage);
  else if (slp.rest > 0) notes.push(`it ends within an event, ${slp.rest} bytes of which are there`);
  if (slp.rows === 0) notes.push("it holds no frame");
  const sound = missing.length === 0 && faults.length === 0 && seeds.wrong.length === 0;
  const { first, last, confirmed } = slp;
  return {
    state,
    holds: sound && (state === "whole" || state === "unfinished"),
    frames: slp.rows,
    first,
    last,
    confirmed,
    missing,
    rollbacks: stretches(slp.resent),
    faults,
    notes,
    seeds,
  };
}

function stateOf(slp: Slp): SlpCheck["state"] {
  if (slp.damage !== undefined) return slp.damage.startsWith("cut") ? "cut" : "damaged";
  return slp.complete ? "whole" : "unfinished";
}

/** Frames that were sent again, one entry for each time that it went back. */
function stretches(resent: readonly number[]): { frame: number; frames: number }[] {
  const out: { frame: number; frames: number }[] = [];
  for (const [i, frame] of resent.entries()) {
    if (i > 0 && frame === resent[i - 1]! + 1) out.at(-1)!.frames++;
    else out.push({ frame, frames: 1 });
  }
  return out;
}

function missingFrames(slp: Slp): { from: number; to: number }[] {
  const missing: { from: number; to: number }[] = [];
  for (let row = 0; row < slp.rows; row++) {
    if (slp.frames?.has(row) || slp.tracks.some(({ pre, post }) => pre.has(row) || post.has(row))) continue;
    const frame = slp.first + row;
    if (missing.at(-1)?.to === frame - 1) missing.at(-1)!.to = frame;
    else missing.push({ from: frame, to: frame });
  }
  return missing;
}

/** Each character has both events in each frame in which it is there. */
function checkTracks(slp: Slp, faults: Fault[]): void {
  // The last frame of an unfinished file may be half there.
  const end = slp.complete ? slp.rows : slp.rows - 1;
  for (const { port, follower, pre, post } of slp.tracks) {
    // Who has no stamina left lies there, and is not asked for a pad any more (measured).
    const stamina = slp.start.players.find((player) => player.port === port)?.stamina;
    const who = `port ${port}${follower ? "'s follower" : ""}`;
    for (let row = 0; row < end && faults.length < MOST_FAULTS; row++) {
      if (pre.has(row) === post.has(row) || (stamina && post.has(row))) continue;
      const lacks = pre.has(row) ? "after" : "before";
      faults.push({
        byte: Math.max(pre.offset(row), post.offset(row)),
        what: `frame ${slp.first + row} lacks what ${who} was ${lacks} it`,
      });
    }
  }
}

/** Each frame has its end, and what is final stays so. */
function checkBookends(slp: Slp, faults: Fault[]): void {
  const { bookends, frames } = slp;
  if (!bookends || !frames) return;
  const finalized = bookends.column("finalized");
  let before = slp.first - 1;
  const end = slp.complete ? slp.rows : slp.rows - 1;
  for (let row = 0; row < end && faults.length < MOST_FAULTS; row++) {
    const frame = slp.first + row;
    const byte = bookends.offset(row);
    if (frames.has(row) && byte === 0) faults.push({ byte: frames.offset(row), what: `frame ${frame} has no end` });
    if (!finalized || byte === 0) continue;
    const final = finalized[row]!;
    if (final > frame) faults.push({ byte, what: `frame ${frame} says that frame ${final} is final` });
    else if (final < before)
      faults.push({ byte, what: `in frame ${frame} only ${final} is final, and ${before} was before` });
    before = Math.max(before, final);
  }
}
