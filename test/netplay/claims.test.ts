import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Chain } from "../../src/netplay/session/chain.ts";
import { Claims, MOST_MARKS, writeMarks } from "../../src/netplay/session/claims.ts";

const print = (frame: number, wrong: number): bigint => BigInt(frame * 7919 + (frame >= wrong ? 1 : 0));

const steps = fc.array(fc.record({ mine: fc.nat(3), theirs: fc.nat(3), lost: fc.boolean() }), {
  minLength: 40,
  maxLength: 42,
});

/** A run of which the frames from `wrong` on are others. */
class Run {
  readonly chain = new Chain(0, 0n);
  readonly #wrong: number;

  constructor(wrong = Number.POSITIVE_INFINITY) {
    this.#wrong = wrong;
  }

  settle(to: number): void {
    for (let frame = this.chain.settled + 1; frame <= to; frame++) this.chain.guess(frame, print(frame, this.#wrong));
    this.chain.settle(to);
  }

  says(known: number) {
    const { settled } = this.chain;
    const into = new Uint8Array(MOST_MARKS);
    const marks = into.subarray(0, writeMarks(this.chain, known, settled, into));
    const nothing = { past: 0, frame: 0, ahead: 0, have: 0, first: 0, count: 0, inputs: new Uint8Array(0) };
    return { ...nothing, settled, chain: this.chain.link(settled)!, marks };
  }

  /** What it claims then comes, unless that is lost; returns up to where its claims are known. */
  goesOn(step: { theirs: number; lost: boolean }, known: number, claims: Claims): number {
    this.settle(this.chain.settled + step.theirs);
    if (step.lost && this.chain.settled - known <= 50) return known;
    claims.take(this.says(known), 1e6);
    return this.chain.settled;
  }
}

describe("claims", () => {
  it("runs that are equal are never found to differ, and are found to agree up to the last claim that came", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const [mine, theirs, claims] = [new Run(), new Run(), new Claims()];
        let known = 0;
        for (const step of all) {
          mine.settle(mine.chain.settled + step.mine);
          known = theirs.goesOn(step, known, claims);
          expect(claims.compare(mine.chain)).toBeUndefined();
        }
        mine.settle(200);
        expect(claims.compare(mine.chain)).toBeUndefined();
        expect(claims.agreed).toBe(known);
      }),
    );
  });

  it("whatever is lost, the first claim to come after both settled a frame that differs shows it at the first mark that is another", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 60 }), (all, wrong) => {
        const [mine, theirs, claims] = [new Run(), new Run(wrong), new Claims()];
        // One mark in 256 is the same by chance.
        const right = new Run();
        const other = new Run(wrong);
        for (const run of [right, other]) run.settle(200);
        const mark = ({ chain }: Run, frame: number): number => chain.link(frame)! & 0xff;
        let shows = wrong;
        while (mark(right, shows) === mark(other, shows)) shows++;
        let known = 0;
        for (const step of all) {
          mine.settle(mine.chain.settled + step.mine);
          known = theirs.goesOn(step, known, claims);
          const found = claims.compare(mine.chain);
          if (found !== undefined) {
            expect(found).toBeGreaterThanOrEqual(wrong);
            expect(found).toBeLessThanOrEqual(shows);
            return;
          }
          expect(Math.min(mine.chain.settled, known)).toBeLessThanOrEqual(shows);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("nobody can claim a frame for which there is no input yet, and so stop that all agree", () => {
    const [mine, theirs, claims] = [new Run(), new Run(), new Claims()];
    mine.settle(50);
    theirs.settle(50);
    claims.take({ ...theirs.says(0), settled: 2 ** 40 }, 60);
    claims.take(theirs.says(0), 60);
    expect(claims.compare(mine.chain)).toBeUndefined();
    expect(claims.agreed).toBe(50);
  });

  it("nothing is compared with what was said before all began again from a frame, nor after the last one, which itself is", () => {
    const [mine, theirs, claims] = [new Run(), new Run(50), new Claims()];
    theirs.settle(100);
    claims.take(theirs.says(0), 100);
    claims.restart(60);
    mine.settle(200);
    expect(claims.compare(mine.chain)).toBeUndefined();
    expect(claims.agreed).toBe(60);
    const ending = new Claims();
    const same = new Run();
    same.settle(120);
    ending.take(same.says(0), 200);
    ending.end(110);
    expect(ending.compare(mine.chain)).toBeUndefined();
    expect(ending.agreed).toBe(0);
    const last = new Run();
    last.settle(110);
    ending.take(last.says(90), 200);
    expect(ending.compare(mine.chain)).toBeUndefined();
    expect(ending.agreed).toBe(110);
  });
});
