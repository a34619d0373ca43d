import { Problem } from "../../problem.ts";
import type { Movie } from "../movie.ts";
import { LTM_LETTERS, LTM_PAD, ltmExtra } from "./ltm.ts";
import { letters } from "./rows.ts";
import { tar } from "./tar.ts";
import { oneLine, textFrom, textOf } from "./text.ts";

const utf8 = new TextEncoder();

/** Writes an .ltm; a movie that came from one keeps all its files, and its inputs come back as they were. Throws a Problem for what libTAS cannot play. */
export function writeLtm(movie: Movie): Uint8Array {
  if (movie.by !== "frame")
    throw new Problem("an .ltm holds a row for each frame, this movie a sample for each poll; write an .isr instead");
  if (movie.start.kind !== "power-on")
    throw new Problem("an .ltm starts with the program, this movie from a save or savestate; write an .isr instead");
  if (movie.tracks.length > 4) throw new Problem("an .ltm holds at most four controllers; write an .isr instead");
  const extra = ltmExtra(movie);
  const inputs = utf8.encode(inputsOf(movie, extra));
  if (!extra)
    return tar([
      { name: "inputs", data: inputs },
      { name: "config.ini", data: utf8.encode(newConfig(movie)) },
      { name: "annotations.txt", data: new Uint8Array() },
    ]);
  return tar(extra.files.map(({ name, data }) => {
    if (data === null) return { name, data: inputs };
    return { name, data: name === "config.ini" ? utf8.encode(configOf(textOf(data), movie, extra.length)) : data };
  })); // biome-ignore format: one map
}

/** The file's own text but for what the movie says otherwise. */
function configOf(text: string, movie: Movie, length: number): string {
  const counted = length === movie.length ? text : text.replace(/^frame_count=.*/m, `frame_count=${movie.length}`);
  return counted.replace(/^rerecord_count=\d+/m, `rerecord_count=${movie.rerecords ?? 0}`);
}

function newConfig(movie: Movie): string {
  return [
    "[General]",
    `authors=${oneLine(movie.authors?.join(", ") ?? "")}`,
    "auto_restart=false",
    `frame_count=${movie.length}`,
    "framerate_den=1",
    "framerate_num=60",
    `game_name=${oneLine(movie.rom.name ?? "unknown")}`,
    "initial_time_nsec=0",
    `initial_time_sec=${Math.trunc(movie.rtc ?? 1)}`,
    "keyboard_support=true",
    "libtas_major_version=1",
    "libtas_minor_version=4",
    "libtas_patch_version=0",
    `md5=${movie.rom.md5 ?? ""}`,
    "mouse_support=false",
    `nb_controllers=${movie.tracks.length}`,
    `rerecord_count=${movie.rerecords ?? 0}`,
    "savestate_frame_count=0",
    "variable_framerate=false",
    "",
  ].join("\n");
}

function inputsOf(movie: Movie, extra: ReturnType<typeof ltmExtra>): string {
  const rowAt = textFrom(extra?.rows, extra ? "" : "K");
  const rows: string[] = [];
  for (let frame = 0; frame < movie.length; frame++) {
    const parts = rowAt(frame).split("|");
    for (let number = 0; number < movie.tracks.length; number++) {
      const at = parts.findIndex((part) => part.startsWith(`C${number + 1}`));
      const [, left = "0", right = "0", guide] = at < 0 ? [] : parts[at]!.split(":");
      const { buttons, sticks } = movie.tracks[number]!;
      const axes = [0, 1, 2, 3].map((axis) => sticks?.[frame * 4 + axis] ?? 0);
      if (at < 0 && !buttons[frame] && axes.every((axis) => axis === 0)) continue;
      let pad = letters(LTM_PAD, LTM_LETTERS, buttons[frame]!);
      if (guide) pad = `${pad.slice(0, 5)}g${pad.slice(6)}`;
      const text = `${extra?.old ? "" : `C${number + 1}`}${[...axes, left, right].join(":")}:${pad}`;
      if (at >= 0) parts[at] = text;
      else parts.splice(parts.findLastIndex((part) => /^[KMC]/.test(part)) + 1, 0, text);
    }
    const row = parts.join("|");
    rows.push(row === "" ? "|" : `|${row}|`);
  }
  return rows.map((row) => `${row}\n`).join("");
}
