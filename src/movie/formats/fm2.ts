import * as v from "valibot";
import type { Movie, MovieStart } from "../movie.ts";
import { PADS, readBinary, readText } from "./fm2-log.ts";
import { count, fault, fromBase64, fromHex, textOf, toHex } from "./text.ts";

/** What {@link Movie.extra} holds for an .fm2: enough to write the same text again. */
const EXTRA = v.object({
  format: v.literal("fm2"),
  /** The header's lines as they are, without line ends. */
  header: v.array(v.string()),
  newline: v.picklist(["\n", "\r\n"]),
  /** Fields of a row after the commands: the track of a pad, or null. */
  fields: v.pipe(v.array(v.nullable(v.number())), v.maxLength(16)),
  /** Fields that are not pads: text where it changes, as [frame, text] by "port0" and so on. */
  other: v.exactOptional(v.record(v.string(), v.array(v.tuple([v.number(), v.string()])))),
  comments: v.exactOptional(v.array(v.string())),
  subtitles: v.exactOptional(v.array(v.string())),
});
export type Fm2Extra = v.InferOutput<typeof EXTRA>;

/** What an .fm2 said that this movie was read from, maybe by way of an .isr. */
export function fm2Extra(movie: Movie): Fm2Extra | undefined {
  const result = v.safeParse(EXTRA, movie.extra);
  return result.success ? result.output : undefined;
}

const PIPE = 0x7c;

/**
 * Reads FCEUX's .fm2, text or binary, and the movie part of its .fm3 (fceux.com/web/FM2.html). NES only.
 * Throws a Problem for bytes that are none.
 */
export function readFm2(file: string, bytes: Uint8Array): Movie {
  const inputAt = inputLog(bytes);
  const headerText = textOf(bytes.subarray(0, inputAt));
  const header = headerText.split(/\r?\n/);
  if (header.at(-1) === "") header.pop();
  const values = new Map(
    header.map((line): [string, string] => [line.split(" ", 1)[0]!, line.slice(line.indexOf(" ") + 1)]),
  );
  if (!header.some((line) => /^(version|rerecordCount|palFlag|romChecksum|romFilename|port0|FDS) /.test(line))) {
    throw fault(file, "line 1 is no .fm2 header", "give a movie that FCEUX wrote");
  }
  const version = values.get("version");
  if (version !== undefined && version.trim() !== "3") {
    throw fault(
      file,
      `this is version ${version.trim().slice(0, 20)} of .fm2`,
      "only version 3 is known: save it again with FCEUX",
    );
  }
  const ports = portsOf(values);
  const log =
    values.get("binary")?.trim() === "1"
      ? readBinary(file, bytes, inputAt, values, ports)
      : readText(file, bytes, inputAt, values, ports);
  const all = (key: string): string[] =>
    header.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const comments = all("comment");
  const subtitles = all("subtitle");
  const authors = comments
    .map((text) => /^author\s+(.+)$/.exec(text)?.[1]?.trim())
    .filter((name) => name !== undefined);
  const rerecords = count(values.get("rerecordCount"));
  const md5 = checksum(values.get("romChecksum"));
  const name = values.get("romFilename");
  const emulator = values.get("emuVersion");
  const extra: Fm2Extra = {
    format: "fm2",
    header,
    newline: headerText.includes("\r\n") ? "\r\n" : "\n",
    fields: log.fields,
    ...(log.other && { other: log.other }),
    ...(comments.length > 0 && { comments }),
    ...(subtitles.length > 0 && { subtitles }),
  };
  return {
    system: "nes",
    by: "frame",
    length: log.length,
    tracks: log.tracks,
    events: log.events,
    start: startOf(values),
    rom: { ...(name && { name }), ...(md5 && { md5 }) },
    region: values.get("palFlag")?.trim() === "1" ? "pal" : "ntsc",
    ...(rerecords !== undefined && { rerecords }),
    ...(authors.length > 0 && { authors }),
    ...(emulator && { emulator: `FCEUX ${emulator.trim()}` }),
    extra,
  };
}

/** Offset of the first line that starts with '|', or the end. */
function inputLog(bytes: Uint8Array): number {
  if (bytes[0] === PIPE) return 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1))
    if (bytes[at + 1] === PIPE) return at + 1;
  return bytes.length;
}

/** Device numbers of the ports; undefined where the header says nothing. */
function portsOf(values: Map<string, string>): (number | undefined)[] {
  if (values.get("fourscore")?.trim() === "1") return [PADS, PADS, PADS, PADS];
  return ["port0", "port1"].map((key) => count(values.get(key)));
}

function startOf(values: Map<string, string>): MovieStart {
  const savestate = values.get("savestate");
  if (savestate === undefined) return { kind: "power-on" };
  const text = savestate.trim();
  const data = text.startsWith("base64:")
    ? fromBase64(text.slice(7))
    : text.startsWith("0x")
      ? fromHex(text.slice(2))
      : undefined;
  return { kind: "state", data: data ?? new Uint8Array() };
}

/** The ROM's MD5; FCEUX leaves the iNES header out of it. */
function checksum(text: string | undefined): string | undefined {
  const value = text?.trim() ?? "";
  const bytes = value.startsWith("base64:") ? fromBase64(value.slice(7)) : fromHex(value.replace(/^0x/, ""));
  return bytes?.length === 16 ? toHex(bytes) : undefined;
}
