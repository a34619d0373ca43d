import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Link } from "../../src/netplay/session/link.ts";
import { newIdentity, realSuite } from "../../src/netplay/session/suite.ts";
import { seeded } from "../../src/netplay/sim/random.ts";

const ROOM = Uint8Array.of(1, 2, 3);
const person = () => realSuite(newIdentity());

interface Flight {
  readonly at: number;
  readonly to: number;
  readonly datagram: Uint8Array;
}

/** Two links over a network that loses, doubles and reorders. */
class Wire {
  readonly links: [Link, Link];
  readonly got: [Uint8Array[], Uint8Array[]] = [[], []];
  readonly payloads: [string[], string[]] = [[], []];
  readonly seen: Uint8Array[] = [];
  now = 0;
  #flights: Flight[] = [];
  readonly #random: (below: number) => number;
  readonly #loss: number;

  constructor(links: [Link, Link], seed: number, loss: number) {
    this.links = links;
    this.#random = seeded(seed);
    this.#loss = loss;
  }

  run(milliseconds: number, payload?: (from: number) => Uint8Array | undefined): void {
    for (const end = this.now + milliseconds; this.now < end; this.now += 5) {
      for (const from of [0, 1])
        for (const datagram of this.links[from]!.flush(this.now, payload?.(from))) {
          this.seen.push(datagram);
          while (this.#random(1) > this.#loss) {
            this.#flights.push({ at: this.now + 20 + this.#random(60), to: 1 - from, datagram });
            if (this.#random(1) > 0.05) break;
          }
        }
      const due = this.#flights.filter(({ at }) => at <= this.now).sort((a, b) => a.at - b.at);
      this.#flights = this.#flights.filter(({ at }) => at > this.now);
      for (const { to, datagram } of due) {
        const received = this.links[to]!.receive(datagram, this.now);
        if (!received) continue;
        this.got[to]!.push(...received.messages);
        if (received.payload) this.payloads[to]!.push(Buffer.from(received.payload).toString());
      }
    }
  }
}

describe("a link", () => {
  it("brings every message once and in order over 30 % loss, and says who sent it", () => {
    const [ada, bo] = [person(), person()];
    const wire = new Wire([new Link(ada, ROOM), new Link(bo, ROOM)], 7, 0.3);
    const sent = [0, 1].map((from) =>
      Array.from({ length: 60 }, (_, i) => new Uint8Array(i % 7 === 0 ? 30_000 : i).fill(i + from)),
    );
    for (const from of [0, 1]) for (const message of sent[from]!) wire.links[from]!.send(message);
    wire.run(40_000);
    expect(wire.links[0].identity).toEqual(bo.identity);
    expect(wire.links[1].identity).toEqual(ada.identity);
    for (const to of [0, 1]) {
      expect(wire.got[to]!.length).toBe(60);
      expect(wire.got[to]).toEqual(sent[1 - to]);
    }
    expect(wire.links[0].queued).toBe(0);
    expect(wire.links[0].rtt).toBeGreaterThan(60);
    expect(wire.links[0].rtt).toBeLessThan(160);
  });

  it("measures the way by what comes in order: what comes late says nothing of it", () => {
    const wire = new Wire([new Link(person(), ROOM), new Link(person(), ROOM)], 3, 0);
    wire.run(3000, () => Uint8Array.of(1));
    const [ada, bo] = wire.links;
    const { rtt } = ada;
    const late = bo.flush(wire.now, Uint8Array.of(2));
    expect(late.length).toBeGreaterThan(0);
    wire.run(500, () => Uint8Array.of(1));
    const before = ada.rtt;
    for (const datagram of late) expect(ada.receive(datagram, wire.now)?.payload).toEqual(Uint8Array.of(2));
    expect(ada.rtt).toBe(before);
    expect(Math.abs(before - rtt)).toBeLessThan(60);
  });

  it("takes nothing twice, nothing changed, nothing of another room, and nothing from a stranger", () => {
    const wire = new Wire([new Link(person(), ROOM), new Link(person(), ROOM)], 3, 0);
    wire.run(1000, (from) => Buffer.from(`${from}`));
    const known = wire.payloads[1]!.length;
    expect(known).toBeGreaterThan(100);
    for (const datagram of wire.seen) wire.links[1].receive(datagram, wire.now);
    for (const datagram of wire.seen.slice(-50)) {
      const hurt = datagram.slice();
      hurt[hurt.length >> 1]! ^= 4;
      expect(wire.links[1].receive(hurt, wire.now)).toBeUndefined();
    }
    wire.run(300);
    expect(wire.payloads[1]!.length).toBeLessThanOrEqual(known + 30);
    const other = new Wire([new Link(person(), ROOM), new Link(person(), Uint8Array.of(9))], 3, 0);
    other.run(2000, () => Buffer.from("x"));
    expect(other.links.map(({ open }) => open)).toEqual([false, false]);
  });

  it("goes on with a peer that began anew, and not with somebody else in its place", () => {
    const [ada, bo] = [person(), person()];
    const wire = new Wire([new Link(ada, ROOM), new Link(bo, ROOM)], 5, 0.1);
    wire.run(2000, () => Buffer.from("before"));
    wire.links[1] = new Link(bo, ROOM);
    wire.links[1].send(Buffer.from("back"));
    wire.run(3000, () => Buffer.from("after"));
    expect(wire.links[0].restarts).toBe(1);
    expect(Buffer.from(wire.got[0].at(-1)!).toString()).toBe("back");
    // What the process before said, kept by somebody and said again, is of the past.
    for (const datagram of wire.seen) {
      wire.now += 60;
      wire.links[0].receive(datagram, wire.now);
    }
    wire.links[1].send(Buffer.from("still here"));
    wire.run(2000);
    expect(wire.links[0].restarts).toBe(1);
    expect(Buffer.from(wire.got[0].at(-1)!).toString()).toBe("still here");
    wire.links[1] = new Link(person(), ROOM);
    const heard = wire.payloads[0]!.length;
    wire.run(3000, () => Buffer.from("mallory"));
    expect(wire.payloads[0]!.slice(heard)).not.toContain("mallory");
    expect(wire.links[0].restarts).toBe(1);
  });

  it("lives on whatever bytes come", () => {
    const wire = new Wire([new Link(person(), ROOM), new Link(person(), ROOM)], 9, 0);
    wire.run(500, () => Buffer.from("x"));
    const samples = wire.seen.slice(0, 20);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 1500 }),
          fc.tuple(fc.constantFrom(...samples), fc.nat(), fc.uint8Array({ maxLength: 5 })).map(([bytes, at, put]) => {
            const hurt = Uint8Array.from(bytes);
            hurt.set(put.subarray(0, Math.max(0, hurt.length - (at % hurt.length))), at % hurt.length);
            return hurt;
          }),
        ),
        (bytes) => {
          wire.now += 60;
          wire.links[1].receive(bytes, wire.now);
        },
      ),
      { numRuns: 2000 },
    );
    wire.links[0].send(Buffer.from("still here"));
    wire.run(1000);
    expect(Buffer.from(wire.got[1].at(-1)!).toString()).toBe("still here");
  });
});
