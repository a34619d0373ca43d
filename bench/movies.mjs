// Reading movies of text: MB a second of input log, against a bare loop that splits the same text into lines, turn about.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { readMovie } from "../dist/replay/movies.js";
import { shared } from "./support.mjs";

const ROUNDS = 15;
const MOVIES = [
  "movies/fm2/happylee-supermariobros-warped.fm2",
  "movies/dsm/ds-castlevania-dawn-of-sorrow-M2274.dsm",
  "movies/lsmv/snes-mighty-morphin-power-rangers-the-movie-M2742.lsmv",
  "movies/bk2/n64-aerofighters-assault-M6000.bk2",
  "movies/bk2/gb-honoo-no-toukyuuji-dodge-danpei-M7197.bk2",
  "movies/bk2/c64-football-manager-M7202.bk2",
];

export async function run(report) {
  for (const path of MOVIES) {
    const { name, bytes, text } = stored(basename(path), readFileSync(shared(path)));
    const read = () => readMovie(name, bytes).length;
    const split = () => lines(text);
    const time = (what) => {
      const start = performance.now();
      what();
      return performance.now() - start;
    };
    for (let i = 0; i < 3; i++) [read(), split()];
    const rounds = Array.from({ length: ROUNDS }, (_, i) => {
      const first = time(i % 2 ? read : split);
      const second = time(i % 2 ? split : read);
      return i % 2 ? [first, second] : [second, first];
    });
    // The fastest of each: others use this machine too.
    const [reading, splitting] = [0, 1].map((at) => Math.min(...rounds.map((round) => round[at])));
    const rate = (ms) => text.length / 1e3 / ms;
    report(
      `reading / splitting into lines, ${name.slice(0, 40)}`,
      reading / splitting,
      "aim 100 MB a second or more",
      `${rate(reading).toFixed(0)} MB a second against ${rate(splitting).toFixed(0)}; ${(text.length / 1e6).toFixed(1)} MB`,
    );
  }
}

/** A movie without its compression, which is not what is measured, and the text of its inputs. */
function stored(name, bytes) {
  if (bytes[0] !== 0x50) return { name, bytes: new Uint8Array(bytes), text: new Uint8Array(bytes) };
  const entries = unzipSync(bytes);
  const text = entries["Input Log.txt"] ?? entries.input;
  const zip = zipSync(
    Object.fromEntries(Object.entries(entries).map(([entry, data]) => [entry, [data, { level: 0 }]])),
  );
  return { name, bytes: zip, text };
}

/** The bare loop: every line as a string. */
function lines(bytes) {
  let size = 0;
  for (const line of new TextDecoder().decode(bytes).split("\n")) size += line.length;
  return size;
}
