import type { Message } from "./messages.ts";

/** Ways to mend a run that parted, in the order in which they are tried. */
export const OWN_STATE = 1;
export const FRESH_MACHINE = 2;
export const THEIR_STATE = 3;
export type Way = typeof OWN_STATE | typeof FRESH_MACHINE | typeof THEIR_STATE;

/** Milliseconds after which a step of a repair that nobody finished ends the session. */
const PATIENCE = 30_000;

/** Where a player stands when all have stopped. */
interface Standing {
  readonly agreed: number;
  readonly settled: number;
}

/** What a player's run came to. */
interface Outcome {
  readonly link: number;
  readonly done: boolean;
}

/**
 * The repair of a session in which runs have parted, as the one who leads it sees it: all stop and say where they stand;
 * then each replays from the last frame on which all agreed, first from its own states, then in a machine opened anew;
 * where that does not help, those who differ from most get a state of theirs, if they take it.
 */
export class Repair {
  readonly epoch: number;
  /** All agree now: the frame from which the game goes on. */
  resumeAt: number | undefined;
  /** It cannot be mended, and why. */
  failed: string | undefined;
  way: Way = OWN_STATE;
  #from = 0;
  #to = 0;
  #until: number;
  readonly seats: readonly number[];
  readonly #standings = new Map<number, Standing>();
  #outcomes = new Map<number, Outcome>();
  readonly #tellAll: (message: Message) => void;
  readonly #me: number;

  /** `seats` are all who play and are here, `me` among them; `tellAll` reaches them, this one too. */
  constructor(epoch: number, seats: readonly number[], me: number, tellAll: (message: Message) => void, now: number) {
    this.epoch = epoch;
    this.seats = seats;
    this.#me = me;
    this.#tellAll = tellAll;
    this.#until = now + PATIENCE;
    tellAll(["halt", epoch]);
  }

  /** `complete`: nobody is lost; else it waits until it is clear what becomes of them. */
  tick(now: number, complete: boolean): void {
    if (!complete) this.#until = now + PATIENCE;
    if (now > this.#until && this.resumeAt === undefined) this.failed ??= "somebody did not answer during the repair";
  }

  halted(seat: number, agreed: number, settled: number, now: number): void {
    this.#standings.set(seat, { agreed, settled });
    if (!this.seats.every((s) => this.#standings.has(s)) || this.#to > 0) return;
    const all = this.seats.map((s) => this.#standings.get(s)!);
    this.#from = Math.min(...all.map((standing) => standing.agreed));
    this.#to = Math.max(this.#from, Math.min(...all.map((standing) => standing.settled)));
    this.#try(OWN_STATE, now);
  }

  repaired(seat: number, way: number, link: number, done: boolean, now: number): void {
    if (way !== this.way) return;
    this.#outcomes.set(seat, { link, done });
    if (!this.seats.every((s) => this.#outcomes.has(s))) return;
    const good = this.#majority();
    if (good.length === this.seats.length) {
      this.resumeAt = this.#to;
      this.#tellAll(["resume", this.epoch, this.#to]);
    } else if (this.way === OWN_STATE) this.#try(FRESH_MACHINE, now);
    else if (this.way === THEIR_STATE) this.failed = "the runs part again, even from one state";
    else if (!good.includes(this.#me)) this.failed = "this machine differs from the others and cannot be mended here";
    else
      this.#try(
        THEIR_STATE,
        now,
        this.seats.filter((s) => !good.includes(s)),
      );
  }

  #try(way: Way, now: number, needy: number[] = []): void {
    this.way = way;
    this.#until = now + PATIENCE;
    this.#outcomes = new Map();
    this.#tellAll(["repair", this.epoch, way, this.#from, this.#to, needy]);
  }

  /** The seats of the largest group that came to the same; among equals the leader's. */
  #majority(): number[] {
    const groups = new Map<number, number[]>();
    for (const seat of [this.#me, ...this.seats.filter((s) => s !== this.#me)]) {
      const { link, done } = this.#outcomes.get(seat)!;
      if (done) groups.set(link, [...(groups.get(link) ?? []), seat]);
    }
    return [...groups.values()].reduce((best, group) => (group.length > best.length ? group : best), []);
  }
}
