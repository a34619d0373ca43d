import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { findCore, type Listed, listCores } from "../../machine/cores.node.ts";
import { serve } from "../../machine/instance/child.ts";
import { systemOf } from "../../machine/libretro/systems.ts";
import type { CoreOption } from "../../machine/registry.ts";
import { nominalRate } from "../../movie/describe.ts";
import { FORMATS } from "../../movie/formats/all.ts";
import { framesOf, type Movie } from "../../movie/movie.ts";
import { Problem } from "../../problem.ts";
import { recordedBoot } from "../../replay/isr-header.ts";
import { crc32 } from "../../replay/isr-items.ts";
import { readMovie } from "../../replay/movies.ts";
import { readReplay } from "../../replay/reader.ts";
import { parseProfile } from "../../watch/profile.ts";

// Files are read in a process of their own: a hostile or huge one never stops the server.

/** What a file of the library is. */
export type Kind = "recording" | "movie" | "rom" | "video" | "profile";

/** What is said of a file in the library; plain data. */
export interface Card {
  readonly kind: Kind;
  readonly game?: string;
  readonly system?: string;
  /** Names, where the file has them; else "player 1" and so on. */
  readonly players?: readonly string[];
  readonly frames?: number;
  readonly seconds?: number;
  readonly core?: string;
  /** Hashes that name its game, or, of a game, all by which others may call it: "sha256:...". */
  readonly hashes?: readonly string[];
  /** It was recorded with something that can be compared. */
  readonly watched?: boolean;
  /** It has no end: its writer was killed, or still writes. */
  readonly open?: boolean;
  /** What is wrong with it. */
  readonly fault?: string;
}

/** A core as pages need it. */
export interface CoreCard {
  readonly name: string;
  readonly systems: readonly string[];
  readonly extensions: readonly string[];
  readonly options: readonly CoreOption[];
  readonly browser: boolean;
  /** The command that installs it, where it is not here. */
  readonly install?: string;
}

const LARGEST = 512 << 20;
/** Emulators hash the file, or the file without its iNES header (16 bytes) or copier header (512). */
const HEADERS = [0, 16, 512];

const verbs = {
  async card(path: string, kind: Kind): Promise<Card> {
    try {
      const { size } = await stat(path);
      if (size > LARGEST) return { kind, fault: "it is too large to be looked at" };
      if (kind === "video") return { kind };
      const bytes = new Uint8Array(await readFile(path));
      if (kind === "rom") return romCard(path, bytes);
      if (kind === "profile") return { kind, game: parseProfile(path, Buffer.from(bytes).toString()).game };
      return kind === "recording" ? recordingCard(path, bytes) : movieCard(path, bytes);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { kind, fault: error.message.replace(`${path}: `, "").replace(`${basename(path)}: `, "") };
    }
  },
  /** Each is asked for its options. */
  async cores(): Promise<CoreCard[]> {
    return Promise.all((await listCores()).map(coreCard));
  },
  /** Extensions of movies; those of games are the cores'. */
  movies: (): string[] => FORMATS.flatMap(({ extensions }) => [...extensions]),
};
export type CardVerbs = typeof verbs;
serve(verbs);

async function coreCard(listed: Listed): Promise<CoreCard> {
  const { name, systems } = listed;
  if ("install" in listed)
    return { name, systems, extensions: [], options: [], browser: false, install: listed.install };
  const core = await findCore(name, "").catch(() => listed.core);
  return { name, systems, extensions: core.extensions, options: core.options, browser: core.abilities.browser };
}

function romCard(path: string, bytes: Uint8Array): Card {
  const hashes = HEADERS.filter((header) => bytes.length > header).flatMap((header) => {
    const content = bytes.subarray(header);
    const of = (kind: string): string => `${kind}:${createHash(kind).update(content).digest("hex")}`;
    return [of("sha256"), of("sha1"), of("md5"), `crc32:${crc32(content).toString(16).padStart(8, "0")}`];
  });
  const system = systemOf(path) ?? (/\.[nvz]64$/i.test(path) ? "n64" : undefined);
  return { kind: "rom", game: basename(path).replace(/\.[^.]+$/, ""), ...(system && { system }), hashes };
}

function recordingCard(path: string, bytes: Uint8Array): Card {
  const replay = readReplay(basename(path), bytes);
  const boot = recordedBoot(replay.recording);
  const said = common("recording", replay.movie);
  return {
    ...said,
    ...(boot && { core: `${boot.core.name} ${boot.core.version}`, system: boot.system }),
    players: playersOf(replay.recording.players) ?? said.players ?? [],
    ...lengthOf(replay.movie, replay.frames),
    watched: replay.profile !== undefined,
    ...(!replay.complete && { open: true }),
    ...(replay.damage !== undefined && { fault: `damaged: ${replay.damage}` }),
  };
}

const movieCard = (path: string, bytes: Uint8Array): Card => {
  const movie = readMovie(basename(path), bytes);
  return { ...common("movie", movie), ...lengthOf(movie, framesOf(movie)) };
};

function common(kind: Kind, movie: Movie): Card {
  const { name, ...hashes } = movie.rom;
  return {
    kind,
    game: short(name ?? "unnamed").replace(/\.[a-z0-9]{2,4}$/i, ""),
    system: movie.system,
    players: movie.authors?.map(short) ?? movie.tracks.map((_, i) => `player ${i + 1}`),
    ...(movie.emulator && { core: short(movie.emulator) }),
    hashes: Object.entries(hashes).map(([hash, value]) => `${hash}:${value.toLowerCase()}`),
  };
}

function lengthOf(movie: Movie, frames: number): Pick<Card, "frames" | "seconds"> {
  const rate = nominalRate(movie) ?? { num: 60, den: 1 };
  return { frames, seconds: (frames * rate.den) / rate.num };
}

/** Names of players, where the file has some. */
function playersOf(players: unknown): string[] | undefined {
  if (!Array.isArray(players)) return undefined;
  const names = players.map((one: unknown) => (one as { name?: unknown } | null)?.name);
  const known = names.filter((name) => typeof name === "string").map(short);
  return known.length ? known : undefined;
}

const short = (text: string): string => text.replace(/\p{C}/gu, "?").slice(0, 120);
