import { Instance } from "../follow/instance.node.ts";
import type { MachineSpec } from "../follow/open-run.node.ts";
import type { Movie } from "../movie/movie.ts";
import { shift } from "../movie/shift.ts";
import { Problem } from "../problem.ts";

/** What came of playing a movie begun at other frames. */
export interface Fit {
  readonly core: string;
  readonly frames: number;
  /** Frames with other buttons than the frame before, in the movie as it is. */
  readonly edges: number;
  readonly tries: readonly { readonly offset: number; readonly lag: number; readonly late: number }[];
  /** The offset to begin at; absent where the core does not tell lag frames. */
  readonly best?: number;
}

/**
 * Finds by how many frames a movie of another emulator is to be begun later or earlier. Its author saw which frames read
 * the pads, and changed buttons for those: so the fewer changes come in frames that poll nothing, the better it fits, and
 * among equals the smallest offset. It says nothing about games that never lag.
 */
export async function fitMovie(
  movie: Movie,
  spec: MachineSpec,
  { offsets, frames }: { offsets: number; frames: number },
): Promise<Fit> {
  if (movie.by !== "frame")
    throw new Problem("a movie by poll begins at the first poll, wherever that is: it has no offset to look for");
  const tries: { offset: number; lag: number; late: number }[] = [];
  let core = "";
  let exact = true;
  for (let offset = -offsets; offset <= offsets && exact; offset++) {
    const shifted = shift(movie, offset);
    const length = Math.min(frames, shifted.length);
    const instance = await Instance.open("game", { ...spec, movie: shifted });
    core = instance.opened.boot.core.name;
    exact = instance.opened.polling === "exact";
    if (exact) {
      const { polls } = await instance.play(length);
      let lag = 0;
      let late = 0;
      for (let frame = 0; frame < length; frame++) {
        if (polls[frame] !== 0) continue;
        lag++;
        if (changes(shifted, frame)) late++;
      }
      tries.push({ offset, lag, late });
    }
    await instance.close();
  }
  let edges = 0;
  for (let frame = 0; frame < Math.min(frames, movie.length); frame++) if (changes(movie, frame)) edges++;
  const length = Math.min(frames, movie.length);
  if (!exact) return { core, frames: length, edges, tries };
  const best = tries.reduce((a, b) =>
    b.late < a.late || (b.late === a.late && Math.abs(b.offset) < Math.abs(a.offset)) ? b : a,
  );
  return { core, frames: length, edges, tries, best: best.offset };
}

function changes({ tracks }: Movie, frame: number): boolean {
  return tracks.some(({ buttons }) => (buttons[frame] ?? 0) !== (frame > 0 ? buttons[frame - 1] : 0));
}
