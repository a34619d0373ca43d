import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { findMore } from "../../follow/find-rom.node.ts";
import { type IndexSpec, indexSpec } from "../../follow/index-open.node.ts";
import { writeWhole } from "../../follow/job.node.ts";
import { readInput } from "../../follow/open-run.node.ts";
import { Child } from "../../machine/instance/child.ts";
import { recordedBoot } from "../../replay/isr-header.ts";
import { readReplay } from "../../replay/reader.ts";
import type { Repair } from "../../replay/restorer.ts";
import type { Card, CardVerbs, CoreCard, Kind } from "./cards-main.node.ts";
import { Refusal } from "./fault.node.ts";
import type { Folders, Found } from "./folders.node.ts";

/** How a recording was found when it was last verified. */
export interface Verdict {
  readonly holds: boolean;
  /** One line for people. */
  readonly text: string;
}

/** A file as pages see it. */
export interface Entry {
  readonly id: string;
  readonly name: string;
  readonly root: string;
  readonly kind: Kind;
  readonly size: number;
  readonly time: number;
  readonly writable: boolean;
  /** Absent until it was read. */
  readonly card?: Card;
  readonly verdict?: Verdict;
}

interface Facts {
  card?: Card;
  verdict?: Verdict;
}

const VIDEOS = ["mp4", "mkv", "webm", "mov"];

/** All files of the folders, and what is known of them: kept beside them, by size and time of the file. */
export class Library {
  readonly #folders: Folders;
  readonly #facts = new Map<string, Facts>();
  readonly #file: string;
  readonly #tell: (entry: Entry) => void;
  #found: Found[] = [];
  #child: Child<CardVerbs> | undefined;
  #cores: Promise<readonly CoreCard[]> | undefined;
  #kinds: Promise<ReadonlyMap<string, Kind>> | undefined;
  #reading: Promise<void> | undefined;
  #closed = false;

  /** `tell` is called for each file of which more is known now. */
  constructor(folders: Folders, tell: (entry: Entry) => void) {
    this.#folders = folders;
    this.#tell = tell;
    this.#file = folders.own("facts.json");
    if (!existsSync(this.#file)) return;
    try {
      for (const [tag, facts] of JSON.parse(readFileSync(this.#file, "utf8"))) this.#facts.set(tag, facts);
    } catch {
      // Of a version that wrote something else: it is found out again.
    }
  }

  cores(): Promise<readonly CoreCard[]> {
    this.#cores ??= this.#ask((child) => child.call("cores"));
    return this.#cores;
  }

  /** Looks through the folders; what is not known yet is read afterwards. */
  async list(): Promise<Entry[]> {
    const kinds = await this.#kindsByExtension();
    this.#found = await this.#folders.list(new Set(kinds.keys()));
    const entries = await this.#entries();
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return entries;
  }

  /** Waits until all that was listed is read. */
  async read(): Promise<Entry[]> {
    await this.list();
    await this.#reading;
    return this.#entries();
  }

  async card(id: string): Promise<Card> {
    const path = await this.#folders.find(id);
    const known = this.#found.find((found) => found.path === path) ?? (await this.#refreshed(path));
    return this.#cardOf(known);
  }

  /** The game of a recording or a movie, by its hash. Throws a Refusal where it is not in the folders. */
  async romOf(id: string): Promise<{ id: string; path: string }> {
    const { hashes = [], game = "a game" } = await this.card(id);
    // Where the file names no hash nothing can be told.
    const wanted = new Set(hashes);
    for (const entry of wanted.size ? await this.read() : []) {
      if (entry.kind !== "rom" || !entry.card?.hashes?.some((hash) => wanted.has(hash))) continue;
      return { id: entry.id, path: await this.#folders.find(entry.id) };
    }
    const [first] = hashes;
    throw new Refusal(
      404,
      first
        ? `its game is not in the folders: ${game}, ${first}; put it into one of them`
        : `${basename(id)}: does not say which game it is of`,
    );
  }

  /** A recording as it is opened: with its games, on its own core where none is asked for. */
  async specOf(id: string, repair: Repair, core?: string): Promise<IndexSpec> {
    const file = await this.#folders.find(id);
    const { path: rom } = await this.romOf(id);
    const replay = readReplay(file, await readInput(file));
    const more = await findMore(file, recordedBoot(replay.recording));
    return indexSpec(file, replay, { rom, more, repair, aside: true, ...(core !== undefined && { core }) });
  }

  async setVerdict(id: string, verdict: Verdict): Promise<void> {
    const found = this.#found.find((one) => one.id === id);
    if (!found) return;
    this.#of(found).verdict = verdict;
    this.#save();
    this.#tell(await this.#entry(found));
  }

  /** What is known of a file is known of it under its new name. */
  moved(from: string, to: string): void {
    const found = this.#found.find(({ id }) => id === from);
    const facts = found && this.#facts.get(tagOf(found));
    if (!facts) return;
    const path = found.path.slice(0, found.path.length - nameOf(from).length) + nameOf(to);
    this.#facts.set(tagOf({ ...found, path }), { ...facts });
  }

  /** A name for what is made of a file as it is now. */
  async tag(id: string): Promise<string> {
    const path = await this.#folders.find(id);
    const found = this.#found.find((one) => one.path === path) ?? (await this.#refreshed(path));
    return createHash("sha256").update(tagOf(found)).digest("hex").slice(0, 32);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#child?.kill();
  }

  async #refreshed(path: string): Promise<Found> {
    await this.list();
    const found = this.#found.find((one) => one.path === path);
    if (!found) throw new Refusal(404, `${basename(path)}: is nothing that the studio knows`);
    return found;
  }

  /** JSON of another kind is no profile: it is not shown. */
  async #entries(): Promise<Entry[]> {
    const entries = await Promise.all(this.#found.map((found) => this.#entry(found)));
    return entries.filter(({ kind, card }) => kind !== "profile" || (card && !card.fault));
  }

  async #entry(found: Found): Promise<Entry> {
    const { id, path, size, time } = found;
    return {
      id,
      name: basename(path),
      root: this.#folders.roots[Number(id.split("/")[0])]!.name,
      kind: (await this.#kindsByExtension()).get(extension(path))!,
      size,
      time,
      writable: this.#folders.writable(id),
      ...this.#facts.get(tagOf(found)),
    };
  }

  /** Also what is listed anew meanwhile. */
  async #readAll(): Promise<void> {
    let news = false;
    for (let list: Found[] | undefined; list !== this.#found; ) {
      list = this.#found;
      for (const found of list) {
        if (this.#closed) return;
        if (this.#facts.get(tagOf(found))?.card) continue;
        await this.#cardOf(found);
        this.#tell(await this.#entry(found));
        news = true;
      }
    }
    if (news) this.#save();
  }

  async #cardOf(found: Found): Promise<Card> {
    const facts = this.#of(found);
    if (facts.card) return facts.card;
    const kind = (await this.#kindsByExtension()).get(extension(found.path))!;
    facts.card = await this.#ask((child) => child.call("card", found.path, kind)).catch(() => ({
      kind,
      fault: "it could not be read",
    }));
    return facts.card;
  }

  #of(found: Found): Facts {
    const tag = tagOf(found);
    const facts = this.#facts.get(tag) ?? {};
    this.#facts.set(tag, facts);
    return facts;
  }

  /** A process that ended on a file is made anew for the next one. */
  async #ask<T>(call: (child: Child<CardVerbs>) => Promise<T>): Promise<T> {
    if (this.#closed) throw new Refusal(503, "the studio is closing");
    this.#child ??= new Child<CardVerbs>(new URL("./cards-main.node.ts", import.meta.url), "the reading process");
    const child = this.#child;
    void child.exited.then(() => {
      if (this.#child === child) this.#child = undefined;
    });
    return call(child);
  }

  #kindsByExtension(): Promise<ReadonlyMap<string, Kind>> {
    this.#kinds ??= this.#allKinds();
    return this.#kinds;
  }

  async #allKinds(): Promise<ReadonlyMap<string, Kind>> {
    const movies = await this.#ask((child) => child.call("movies"));
    const roms = (await this.cores()).flatMap(({ extensions }) => extensions);
    return new Map<string, Kind>([
      // Archives and lists of discs are not opened.
      ...roms.filter((one) => !/^(zip|7z|m3u|cue|bin|iso|chd)$/.test(one)).map((one) => [one, "rom"] as const),
      ...movies.map((one) => [one, "movie"] as const),
      ...VIDEOS.map((one) => [one, "video"] as const),
      ["isr", "recording"],
      ["json", "profile"],
    ]);
  }

  #save(): void {
    const known = new Set(this.#found.map(tagOf));
    const facts = [...this.#facts].filter(([tag]) => known.has(tag));
    try {
      writeWhole(this.#file, JSON.stringify(facts));
    } catch {
      // The disk is full, or it may not be written: then it is found out again the next time.
    }
  }
}

const tagOf = ({ path, size, time }: Found): string => `${path}|${size}|${Math.round(time)}`;
const nameOf = (id: string): string => id.slice(id.lastIndexOf("/") + 1);
const extension = (path: string): string => /\.([^.]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
