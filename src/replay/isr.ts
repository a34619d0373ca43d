import { checkSize, fault } from "../movie/formats/text.ts";
import type { Movie, MovieEvent } from "../movie/movie.ts";
import { CborError, CborReader } from "./isr-cbor.ts";
import { checkHeader, type IsrHeader, MAGIC, movieOf, type Recording, VERSION } from "./isr-header.ts";
import { crc32, END, EVENT, INDEX, SAMPLES } from "./isr-items.ts";
import { StreamReader } from "./isr-streams.ts";

export { IsrWriter, writeIsr } from "./isr-write.ts";

export interface IsrFile {
  readonly movie: Movie;
  readonly recording: Recording;
  /** The file has its end. Without it the writer was killed, or still writes. */
  readonly complete: boolean;
  /** Bytes that were read. A growing file goes on there. */
  readonly read: number;
  /** Why reading stopped before the end of the bytes, where that was no plain cut. */
  readonly damage?: string;
}

/** Most samples that a block may have. */
const LONGEST_BLOCK = 4096;
const KINDS: ReadonlySet<unknown> = new Set<MovieEvent["kind"]>([
  "reset",
  "power",
  "disk-insert",
  "disk-select",
  "coin",
  "other",
]);

export function isIsr(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads an .isr. Of a file that was cut off or is damaged after its header, what stands before that place is read.
 * Throws a Problem where the header is not whole, or the file is none.
 */
export function readIsr(file: string, bytes: Uint8Array): IsrFile {
  const { header, at } = readHeader(file, bytes);
  const items = scan(bytes, at);
  checkSize(file, items.samples, header.movie.tracks.length);
  let movie = movieOf(header, items.samples);
  let damage = items.damage;
  for (const block of items.blocks) {
    if (readBlock(movie, block)) continue;
    damage = `block of sample ${block.first} fits no stream`;
    movie = shortened(movie, block.first);
    break;
  }
  const complete = items.complete && damage === undefined;
  const events = complete ? items.events : items.events.filter((event) => event.at < movie.length);
  const { movie: _movie, ...recording } = header;
  return {
    movie: { ...movie, events },
    recording,
    complete,
    read: items.read,
    ...(damage !== undefined && { damage }),
  };
}

function readHeader(file: string, bytes: Uint8Array): { header: IsrHeader; at: number } {
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
    header = `its header is not whole (${error.message})`;
  }
  if (typeof header === "string") throw fault(file, header, "get the whole file, or update Instep");
  return { header, at: reader.at };
}

interface Block {
  readonly first: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

interface Items {
  readonly blocks: readonly Block[];
  readonly events: readonly MovieEvent[];
  readonly samples: number;
  readonly read: number;
  readonly complete: boolean;
  readonly damage: string | undefined;
}

/** Finds the items up to the end, a cut or damage; their samples are not decoded yet. */
function scan(bytes: Uint8Array, start: number): Items {
  const reader = new CborReader(bytes, start);
  const blocks: Block[] = [];
  const events: MovieEvent[] = [];
  let samples = 0;
  let at = start;
  let damage: string | undefined;
  let complete = false;
  while (!reader.done && !complete) {
    let item: unknown;
    try {
      item = reader.value();
    } catch (error) {
      if (!(error instanceof CborError)) throw error;
      if (!error.cut) damage = error.message;
      break;
    }
    if (Array.isArray(item) && (item[0] === SAMPLES || item[0] === EVENT || item[0] === INDEX)) {
      const content = checked(bytes, at, reader.at, item);
      const block = content && item[0] === SAMPLES ? blockOf(content, samples) : undefined;
      const event = content && item[0] === EVENT ? eventOf(content) : undefined;
      if (block) {
        blocks.push(block);
        samples += block.count;
      } else if (event) events.push(event);
      else if (!content || item[0] !== INDEX) {
        damage = `the item at byte ${at} is damaged`;
        break;
      }
    } else if (Array.isArray(item) && item[0] === END) complete = true;
    at = reader.at;
  }
  return { blocks, events, samples, read: at, complete, damage };
}

/** The item's content without its type and its check, or undefined where the check fails. */
function checked(bytes: Uint8Array, start: number, end: number, item: unknown[]): unknown[] | undefined {
  const check = item.at(-1);
  if (item.length < 2 || typeof check !== "number" || !Number.isInteger(check)) return undefined;
  const size = check < 24 ? 1 : check < 0x100 ? 2 : check < 0x10000 ? 3 : 5;
  return crc32(bytes.subarray(start, end - size)) === check ? item.slice(1, -1) : undefined;
}

function blockOf([first, count, data]: unknown[], samples: number): Block | undefined {
  if (first !== samples || typeof count !== "number" || !(data instanceof Uint8Array)) return undefined;
  return Number.isInteger(count) && count >= 1 && count <= LONGEST_BLOCK
    ? { first: samples, count, bytes: data }
    : undefined;
}

function eventOf([at, kind, data]: unknown[]): MovieEvent | undefined {
  if (typeof at !== "number" || !Number.isInteger(at) || at < 0 || !KINDS.has(kind)) return undefined;
  if (data !== undefined && typeof data !== "string") return undefined;
  return { at, kind: kind as MovieEvent["kind"], ...(data !== undefined && { data }) };
}

/** Decodes a block into the movie's tracks; false where its bytes do not fit. */
function readBlock(movie: Movie, { first, count, bytes }: Block): boolean {
  const streams = new StreamReader(bytes);
  for (const { buttons, sticks, touch } of movie.tracks) {
    streams.stream(buttons, first, 1, count, true);
    for (let axis = 0; sticks && axis < 4; axis++) streams.stream(sticks, first * 4 + axis, 4, count, false);
    for (let axis = 0; touch && axis < 2; axis++) streams.stream(touch, first * 2 + axis, 2, count, false);
  }
  if (movie.lag) streams.stream(movie.lag, first, 1, count, true);
  return streams.complete;
}

function shortened(movie: Movie, length: number): Movie {
  return {
    ...movie,
    length,
    tracks: movie.tracks.map((track) => ({
      ...track,
      buttons: track.buttons.slice(0, length),
      ...(track.sticks && { sticks: track.sticks.slice(0, length * 4) }),
      ...(track.touch && { touch: track.touch.slice(0, length * 2) }),
    })),
    ...(movie.lag && { lag: movie.lag.slice(0, length) }),
  };
}
