import { BLOCK } from "../replay/isr-items.ts";
import { IsrWriter } from "../replay/isr-write.ts";
import { readReplay } from "../replay/reader.ts";
import type { Runner } from "./runner.ts";

/**
 * What one side of a desync has to show for it, as an .isr: all inputs, what was read of the frames on which all agreed
 * (from this side's recording so far), then what this machine alone came to, and its newest state from before they parted.
 */
export function evidenceOf(recorded: Uint8Array, runner: Runner, append: (bytes: Uint8Array) => void): void {
  const { recording, readings, profile } = readReplay("the recording", recorded);
  const { movie } = runner;
  const writer = new IsrWriter(movie, { ...recording, profile: profile! });
  append(writer.header);
  for (const event of movie.events) append(writer.event(event));
  for (let first = 0; first < movie.length; first += BLOCK)
    append(writer.block(movie, Math.min(BLOCK, movie.length - first)));
  for (let first = 0; first < readings.length; first += BLOCK)
    append(writer.observed(readings.slice(first, Math.min(BLOCK, readings.length - first)), []));
  const last = Math.min(movie.length, runner.machine.frame);
  if (last >= readings.length)
    append(writer.observed(runner.rows(profile!, readings.length, last - readings.length + 1), []));
  const keyframe = runner.keyframe();
  if (keyframe) append(writer.keyframe(keyframe.frame, keyframe.frame, keyframe.state));
  append(writer.end());
}
