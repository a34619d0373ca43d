import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { readMovie } from "../dist/replay/movies.js";

/** Real games and movies, beside the project. */
export const shared = (path) => fileURLToPath(new URL(`../../shared/data/${path}`, import.meta.url));

/** A movie of the shared data; without a name, one of nobody at the pads. */
export function movieOf(path) {
  if (!path)
    return { system: "unknown", by: "frame", length: 0, tracks: [], events: [], start: { kind: "power-on" }, rom: {} };
  return readMovie(basename(path), readFileSync(shared(path)));
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
