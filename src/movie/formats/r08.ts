import { BUTTON } from "../../machine/input.ts";
import { Problem } from "../../problem.ts";
import type { Movie } from "../movie.ts";
import { bitsOf, buttonTable, pads } from "./bits.ts";
import { checkSize, fault } from "./text.ts";

const { A, B, Select, Start, Up, Down, Left, Right } = BUTTON;
/** As the pad's shift register gives them: A in bit 7. */
const PAD = [Right, Left, Down, Up, Start, Select, B, A];
const BUTTONS = buttonTable(PAD);

/**
 * Reads an .r08, what replay devices play into a real NES: for each latch a byte of the first pad and one of the second
 * (tasvideos.org/ConsoleVerification/Guide; the bytes as dump scripts write them). It has no header: by its name alone it
 * is one. The movie is by poll. Throws a Problem for an odd number of bytes.
 */
export function readR08(file: string, bytes: Uint8Array): Movie {
  if (bytes.length === 0 || bytes.length % 2 !== 0)
    throw fault(file, `it has ${bytes.length} bytes`, "an .r08 has two for each poll: get the whole file");
  const length = bytes.length / 2;
  checkSize(file, length, 2);
  const tracks = pads(2, length);
  for (let poll = 0; poll < length; poll++) {
    tracks[0]!.buttons[poll] = BUTTONS[bytes[poll * 2]!]!;
    tracks[1]!.buttons[poll] = BUTTONS[bytes[poll * 2 + 1]!]!;
  }
  return { system: "nes", by: "poll", length, tracks, events: [], start: { kind: "power-on" }, rom: {} };
}

/**
 * Writes an .r08. A movie by frame is one where its lag frames are known: they are left out. Throws a Problem for other
 * movies by frame, since a console that polls less often would run ahead.
 */
export function writeR08(movie: Movie): Uint8Array {
  if (movie.system !== "nes")
    throw new Problem(`an .r08 holds NES movies only, this one is for ${movie.system}; write an .isr instead`);
  if (movie.start.kind !== "power-on")
    throw new Problem("an .r08 starts from power-on, this movie does not; write an .isr instead");
  if (movie.by === "frame" && !movie.lag)
    throw new Problem(
      "an .r08 holds a sample for each poll, and this movie does not say which frames polled; record it by poll first",
    );
  const bytes = new Uint8Array(movie.length * 2);
  let at = 0;
  for (let sample = 0; sample < movie.length; sample++) {
    if (movie.by === "frame" && movie.lag?.[sample]) continue;
    bytes[at++] = bitsOf(PAD, movie.tracks[0]?.buttons[sample] ?? 0);
    bytes[at++] = bitsOf(PAD, movie.tracks[1]?.buttons[sample] ?? 0);
  }
  return bytes.slice(0, at);
}
