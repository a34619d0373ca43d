import * as v from "valibot";
import type { Boot } from "../machine/boot.ts";
import { fault } from "../movie/formats/text.ts";
import { type Movie, SYSTEMS, type Track } from "../movie/movie.ts";
import { CborError, CborReader } from "./isr-cbor.ts";

/** "isr" as the first item of the file: CBOR's own mark (tag 55799), then a list of three that starts with the text. */
export const MAGIC = Uint8Array.of(0xd9, 0xd9, 0xf7, 0x83, 0x63, 0x69, 0x73, 0x72);
export const VERSION = 1;

/** What an .isr says besides its movie. All of it may be missing: a movie that was only converted has none. */
export interface Recording {
  /** Features that a reader must know to play this file. A reader refuses a file that names one it does not know. */
  readonly flags?: readonly string[];
  /** The recording machine's boot, profile and players, as their own parts write them. */
  readonly boot?: unknown;
  readonly profile?: unknown;
  readonly players?: unknown;
  /** Which of the profile's patches were on. One that is not named was off: the recording is older than it. */
  readonly patches?: Readonly<Record<string, boolean>>;
  /** The machine that recorded could run something at the profile's hooks; without it only "start" and "frame" were captured. */
  readonly hooks?: boolean;
}

/** Feature flags that this version knows: "saves", save RAM of several linked consoles. */
const KNOWN_FLAGS: ReadonlySet<string> = new Set(["saves"]);

const START = v.variant("kind", [
  v.object({ kind: v.literal("power-on") }),
  v.object({
    kind: v.literal("save"),
    data: v.instance(Uint8Array),
    more: v.exactOptional(v.pipe(v.array(v.instance(Uint8Array)), v.maxLength(15))),
  }),
  v.object({ kind: v.literal("state"), data: v.instance(Uint8Array) }),
]);
const TRACK = v.object({ device: v.picklist(["pad", "analog", "touch"]), sticks: v.boolean(), touch: v.boolean() });
const MOVIE = v.object({
  system: v.fallback(v.picklist(SYSTEMS), "unknown"),
  by: v.picklist(["frame", "poll"]),
  tracks: v.pipe(v.array(TRACK), v.maxLength(16)),
  lag: v.boolean(),
  start: START,
  rom: v.object({
    name: v.exactOptional(v.string()),
    sha256: v.exactOptional(v.string()),
    sha1: v.exactOptional(v.string()),
    md5: v.exactOptional(v.string()),
    crc32: v.exactOptional(v.string()),
  }),
  region: v.exactOptional(v.string()),
  rerecords: v.exactOptional(v.number()),
  authors: v.exactOptional(v.array(v.string())),
  emulator: v.exactOptional(v.string()),
  syncSettings: v.exactOptional(v.unknown()),
  rtc: v.exactOptional(v.number()),
  extra: v.exactOptional(v.custom<Record<string, unknown>>(isMap)),
});
const HEADER = v.object({
  flags: v.exactOptional(v.array(v.string())),
  boot: v.exactOptional(v.unknown()),
  profile: v.exactOptional(v.unknown()),
  players: v.exactOptional(v.unknown()),
  patches: v.exactOptional(v.record(v.string(), v.boolean())),
  hooks: v.exactOptional(v.boolean()),
  movie: MOVIE,
});

const words = v.record(v.string(), v.string());
const content = v.object({ name: v.string(), size: v.number(), sha256: v.string() });
const save = v.nullable(v.string());
const BOOT: v.GenericSchema<Boot> = v.object({
  core: v.object({ name: v.string(), version: v.string(), build: v.string() }),
  system: v.string(),
  content,
  more: v.exactOptional(v.pipe(v.array(v.object({ content, save })), v.maxLength(15))),
  settings: words,
  ramFill: v.string(),
  save,
  rtc: v.nullable(v.string()),
  firmware: words,
  ports: v.array(v.string()),
  unpinned: v.array(v.string()),
});

/** The boot of the machine that recorded; undefined where the file names none, or something that is no boot. */
export function recordedBoot({ boot }: Recording): Boot | undefined {
  return v.is(BOOT, boot) ? boot : undefined;
}

export type IsrHeader = v.InferOutput<typeof HEADER>;

/** Any map, whatever its keys: they are names of a foreign format. */
function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** The header's map: all of a movie but its samples and events. */
export function headerOf(movie: Movie, recording: Recording): Record<string, unknown> {
  const { length: _length, tracks, events: _events, lag, ...said } = movie;
  const shapes = tracks.map((track) => ({
    device: track.device,
    sticks: track.sticks !== undefined,
    touch: track.touch !== undefined,
  }));
  const { start } = movie;
  const saves = start.kind === "save" && start.more !== undefined;
  const flags = [...new Set([...(recording.flags ?? []), ...(saves ? ["saves"] : [])])];
  return {
    ...recording,
    ...(flags.length > 0 && { flags }),
    movie: { ...said, tracks: shapes, lag: lag !== undefined },
  };
}

export function isIsr(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads a file's header and says where it ends; undefined where the bytes end inside it and more may `come`. Throws a
 * Problem where it is none, or of a version that is not known.
 */
export function readHeader(
  file: string,
  bytes: Uint8Array,
  come: boolean,
): { header: IsrHeader; end: number } | undefined {
  if (come && bytes.length < MAGIC.length && bytes.every((byte, i) => byte === MAGIC[i])) return undefined;
  if (!isIsr(bytes)) throw fault(file, "it does not start as an .isr does", "give a file that Instep recorded");
  const reader = new CborReader(bytes, MAGIC.length, true);
  let header: IsrHeader | string;
  try {
    const version = reader.value();
    if (version !== VERSION)
      throw fault(
        file,
        `it is version ${String(version).slice(0, 20)} of .isr`,
        `this reads version ${VERSION}: update Instep`,
      );
    header = checkHeader(reader.value());
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    if (come && error.cut) return undefined;
    header = `its header is not whole (${error.message})`;
  }
  if (typeof header === "string") throw fault(file, header, "get the whole file, or update Instep");
  return { header, end: reader.at };
}

/** Checks a header's map. Returns it, or what is wrong with it in a few words. */
function checkHeader(map: unknown): IsrHeader | string {
  const result = v.safeParse(HEADER, map);
  if (!result.success) return `its header is wrong at '${v.getDotPath(result.issues[0]) ?? "its top"}'`;
  const unknown = result.output.flags?.find((flag) => !KNOWN_FLAGS.has(flag));
  return unknown === undefined
    ? result.output
    : `it needs the feature '${unknown.slice(0, 40)}', which this version does not know`;
}

/** The movie of a header, without samples yet. */
export function movieOf(header: IsrHeader): Movie {
  const { tracks, lag, ...said } = header.movie;
  return {
    ...said,
    length: 0,
    events: [],
    tracks: tracks.map(
      ({ device, sticks, touch }): Track => ({
        device,
        buttons: new Uint32Array(0),
        ...(sticks && { sticks: new Int16Array(0) }),
        ...(touch && { touch: new Int16Array(0) }),
      }),
    ),
    ...(lag && { lag: new Uint8Array(0) }),
  };
}
