import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { Problem } from "../problem.ts";
import type { Profile } from "../watch/profile.ts";
import { newReadings, type Readings } from "../watch/readings.ts";
import type { ReadingsLog } from "../watch/readings-log.ts";
import { diskProblem } from "./job.node.ts";

/**
 * Readings as a plain file, a line a frame, that is appended to as they come: frame, polls, audio samples, fingerprint,
 * then a value for each probe, separated by tabs. What a kill left of the last line is cut off when it is opened again.
 */
export class ReadingsFile {
  readonly #path: string;
  readonly #profile: Profile;
  readonly #fd: number;
  #next: number;

  /** Opens it for appending; what is there already goes into `log`. */
  constructor(path: string, profile: Profile, log: ReadingsLog) {
    this.#path = path;
    this.#profile = profile;
    const header = headerOf(profile);
    let whole = "";
    if (existsSync(path)) {
      const text = readFileSync(path, "utf8");
      whole = text.slice(0, text.lastIndexOf("\n") + 1);
      if (whole && !whole.startsWith(header))
        throw new Problem(`${path}: readings of another profile; remove it, or give another folder`);
      if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
      parseLines(path, profile, whole.slice(header.length), log);
    }
    this.#next = log.length;
    this.#fd = openSync(path, "a");
    if (!whole) this.#write(header);
  }

  /** Frames that are in the file already are left out. */
  append(readings: Readings): void {
    const width = this.#profile.probes.length;
    let text = "";
    for (let row = Math.max(0, this.#next - readings.first); row < readings.count; row++) {
      const print = readings.prints.length ? readings.prints[row]!.toString(16).padStart(16, "0") : "-";
      text += `${readings.first + row}\t${readings.polls[row]}\t${readings.samples[row]}\t${print}`;
      for (let p = 0; p < width; p++) text += `\t${readings.values[row * width + p]}`;
      text += "\n";
    }
    this.#next = Math.max(this.#next, readings.first + readings.count);
    this.#write(text);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #write(text: string): void {
    try {
      writeSync(this.#fd, text);
    } catch (error) {
      throw diskProblem(this.#path, error);
    }
  }
}

function headerOf(profile: Profile): string {
  return `# instep readings 1\n# ${["frame", "polls", "samples", "fingerprint", ...profile.probes.map((p) => p.name)].join("\t")}\n`;
}

function parseLines(path: string, profile: Profile, text: string, log: ReadingsLog): void {
  const width = profile.probes.length;
  for (const line of text.split("\n")) {
    if (!line) continue;
    const [frame, polls, samples, print, ...values] = line.split("\t");
    const row = newReadings(profile, Number(frame), 1);
    if (values.length !== width || Number(frame) !== log.length)
      throw new Problem(`${path}: line of frame ${frame} is damaged; remove the file to collect anew`);
    row.polls[0] = Number(polls);
    row.samples[0] = Number(samples);
    if (row.prints.length) row.prints[0] = BigInt(`0x${print}`);
    for (let p = 0; p < width; p++) row.values[p] = Number(values[p]);
    log.append(row);
  }
}
