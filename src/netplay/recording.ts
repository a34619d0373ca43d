import { signedMessage } from "../replay/isr-items.ts";
import { IsrWriter } from "../replay/isr-write.ts";
import type { RecordedPlayer } from "../replay/proof.ts";
import type { Profile } from "../watch/profile.ts";
import type { Runner } from "./runner.ts";
import type { RosterEntry } from "./session/messages.ts";
import type { Session } from "./session/session.ts";
import type { Suite } from "./session/suite.ts";
import { RING } from "./session/timeline.ts";

/** Frames in a block, and between two links of the chain: what every player signs each second. */
const BLOCK = 60;
/** Links that a signature may be late and still stand where it stands in everybody's file. */
const LATE = 2;

/**
 * A session as an .isr: of the frames on which all agree, so that everybody who was there has the same bytes, and each
 * second signed by every player. The readings come from the runner's ring, the signatures from the session.
 */
export class NetRecording {
  readonly #runner: Runner;
  readonly #session: Session;
  readonly #suite: Suite;
  readonly #append: (bytes: Uint8Array) => void;
  readonly #writer: IsrWriter;
  readonly #profile: Profile;
  readonly #players: readonly RosterEntry[];
  /** Frames whose rows are written: the next block starts there. */
  #rows = 0;
  #samples = 0;
  #events = 0;
  readonly #links: Uint8Array[] = [];
  /** Signatures of links, by link and seat, that are not written yet. */
  readonly #signatures = new Map<number, Map<number, Uint8Array>>();
  /** Links before this one are written with their signatures. */
  #complete = 0;
  /** Seats that signed another recording than this one. */
  readonly disputed = new Set<number>();

  /** The game has begun, and the machine is at frame 0. */
  constructor(options: {
    runner: Runner;
    session: Session;
    suite: Suite;
    players: readonly RosterEntry[];
    append(bytes: Uint8Array): void;
  }) {
    const { runner, session, suite, players, append } = options;
    this.#runner = runner;
    this.#session = session;
    this.#suite = suite;
    this.#append = append;
    this.#players = players;
    // Hooks and captures are not taken: a step that is made again would be captured again.
    this.#profile = { ...runner.profile, hooks: [], rng: [], restore: [], events: [], patches: [] };
    this.#writer = new IsrWriter(runner.movie, {
      profile: this.#profile,
      boot: session.boot,
      players: players.map(({ name, seat, identity }): RecordedPlayer => ({ name, port: seat, key: identity })),
      hooks: false,
    });
    append(this.#writer.header);
    this.#block(1);
  }

  /** Writes what all agree on by now. */
  update(): void {
    const last = this.#last;
    while (last >= this.#rows + BLOCK - 1) {
      this.#block(BLOCK);
      this.#link();
    }
    // What is left of a second where all end is signed by all too.
    const { ended, lastFrame } = this.#session;
    if (ended !== undefined && last === lastFrame && last >= this.#rows) {
      this.#block(last - this.#rows + 1);
      this.#link();
    }
    for (const { seat, link, signature } of this.#session.signatures.splice(0)) this.#signed(seat, link, signature);
  }

  /** All players here have signed all that is written. */
  get signed(): boolean {
    const away = this.#session.game?.seats.away;
    const here = this.#players.filter(({ seat }) => !away?.has(seat)).length;
    return this.#links.every((_, link) => link < this.#complete || (this.#signatures.get(link)?.size ?? 0) >= here);
  }

  /** Writes the rest, and the end. */
  finish(): void {
    this.update();
    const last = this.#last;
    if (last >= this.#rows) this.#block(last - this.#rows + 1);
    for (const link of this.#links.keys()) this.#writeSignatures(link);
    this.#append(this.#writer.end());
  }

  /** The last frame that belongs in it as far as is known now. */
  get #last(): number {
    return Math.min(this.#session.steps!.agreed, this.#session.lastFrame ?? Number.POSITIVE_INFINITY);
  }

  #block(count: number): void {
    const { movie } = this.#runner;
    const last = this.#rows + count - 1;
    const { events } = movie;
    for (let next = events[this.#events]; next && next.at < last; next = events[++this.#events])
      this.#append(this.#writer.event(next));
    if (last > this.#samples) this.#append(this.#writer.block(movie, last - this.#samples));
    this.#samples = last;
    this.#append(this.#writer.observed(this.#runner.rows(this.#profile, this.#rows, count), []));
    this.#rows += count;
  }

  #link(): void {
    this.#writeSignatures(this.#links.length - LATE);
    this.#complete = Math.max(0, this.#links.length - LATE + 1);
    const { bytes, hash } = this.#writer.link();
    this.#append(bytes);
    const number = this.#links.push(hash) - 1;
    const { seat } = this.#session;
    if (seat >= 0) this.#signed(seat, number, this.#session.sign(number, signedMessage(hash, seat)));
    for (const [other, signature] of this.#signatures.get(number) ?? []) this.#check(other, number, signature);
  }

  #signed(seat: number, link: number, signature: Uint8Array): void {
    if (link > this.#links.length + RING || !this.#players.some((player) => player.seat === seat)) return;
    const of = this.#signatures.get(link) ?? new Map<number, Uint8Array>();
    this.#signatures.set(link, of.set(seat, signature));
    if (link < this.#links.length) this.#check(seat, link, signature);
  }

  #check(seat: number, link: number, signature: Uint8Array): void {
    const { identity } = this.#players.find((player) => player.seat === seat)!;
    if (this.#suite.verify(signature, signedMessage(this.#links[link]!, seat), identity)) {
      if (link <= this.#links.length - 1 - LATE) this.#writeSignatures(link);
      return;
    }
    this.disputed.add(seat);
    this.#signatures.get(link)?.delete(seat);
  }

  #writeSignatures(link: number): void {
    const of = [...(this.#signatures.get(link) ?? [])].sort(([a], [b]) => a - b);
    this.#signatures.delete(link);
    for (const [seat, signature] of of) this.#append(this.#writer.signature(seat, link, signature));
  }
}
