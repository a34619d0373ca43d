import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Link } from "../../src/netplay/session/link.ts";
import type { Message } from "../../src/netplay/session/messages.ts";
import { readMessage, writeMessage } from "../../src/netplay/session/messages.ts";
import { PayloadCodec } from "../../src/netplay/session/payload.ts";
import type { Suite } from "../../src/netplay/session/suite.ts";
import { seeded } from "../../src/netplay/sim/random.ts";
import { toySuite } from "../../src/netplay/sim/suite.ts";
import { type Scenario, World } from "../../src/netplay/sim/world.ts";
import { CborWriter } from "../../src/replay/isr-cbor.ts";

const SCENARIO: Scenario = {
  seed: 4,
  players: 3,
  rules: { device: "pad", delay: 2, window: 6, lagLimit: 16, lost: "wait", fps: { num: 60, den: 1 } },
  weather: { delay: 10, jitter: 5, loss: 0.02, doubled: 0, detour: 0 },
  frames: 60,
  skew: 0.001,
};

/** A game of three, some frames after its beginning. */
async function playing(): Promise<World> {
  const world = new World({ ...SCENARIO });
  expect(await world.run(20_000)).toBe(true);
  return world;
}

/** Plays so many frames more. */
async function goesOn(world: World, frames: number): Promise<void> {
  Object.assign(world.scenario, { frames: world.people[0]!.session.game!.agreed + frames });
  expect(await world.run(world.now + 20_000)).toBe(true);
}

const number = fc.oneof(fc.nat(300), fc.nat(), fc.constantFrom(2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1, -1, 0.5, Number.NaN));
const value: fc.Arbitrary<unknown> = fc.oneof(
  number,
  fc.boolean(),
  fc.string({ maxLength: 70 }),
  fc.uint8Array({ maxLength: 80 }),
  fc.array(number, { maxLength: 40 }),
  fc.constant(null),
);

/** One good message of each kind that an insider could send in a game. */
const MESSAGES: Message[] = [
  ["chat", "hello"],
  ["begin", false],
  ["lobby", [{ seat: 1, name: "x", rtt: 5, opened: true, ready: false }], 3],
  ["turnedAway", "x", "another game"],
  ["pause", false],
  ["askPrints", 30, 100],
  ["prints", 30, [1, 2, 3]],
  ["askTree", 30, 0, [0, 1, 2]],
  ["tree", 30, 0, [0], [7]],
  ["askBytes", 30, [0, 3]],
  ["bytes", 30, [0], new Uint8Array(64)],
  ["halt", 1],
  ["halted", 1, 3, 9],
  ["repair", 1, 1, 5, 9, []],
  ["repaired", 1, 1, 4, true],
  ["state", 1, 4, 256, 0, new Uint8Array(256)],
  ["roster", [{ seat: 1, name: "x", identity: new Uint8Array(32) }]],
  ["linked", 3],
  ["start"],
  ["join", "x", "play", [{ name: "a.nes", sha256: "00" }], 8],
  ["save", 0, 0, new Uint8Array(10)],
  ["end", "enough", 40],
  ["keyframe", 30, 7, 256, 0, new Uint8Array(256)],
  ["signature", 0, new Uint8Array(64)],
];

const anyMessage = fc
  .tuple(fc.constantFrom(...MESSAGES), fc.array(fc.tuple(fc.nat(6), value), { maxLength: 3 }), fc.boolean())
  .map(([message, changes, raw]) => {
    const list: unknown[] = [...message];
    for (const [at, to] of changes) list[at === 0 && !raw ? 1 : at] = to;
    return new CborWriter().value(list).take();
  });

describe("packets from strangers and from players who mean harm", () => {
  it("from outside change nothing: the game goes on as if they were not there (25,000 datagrams)", async () => {
    const world = await playing();
    const taken: Uint8Array[] = [];
    for (const { seat, session } of world.people)
      for (const { datagram } of session.flush(world.now)) if (seat !== 0) taken.push(datagram);
    const { session } = world.people[0]!;
    Object.assign(world.scenario, { frames: Number.POSITIVE_INFINITY });
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 1300 }),
          fc
            .tuple(fc.constantFrom(...taken), fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }))
            .map(([datagram, at, put]) => {
              const hurt = datagram.slice();
              for (const [i, byte] of put.entries()) hurt[(at + i) % hurt.length]! ^= byte;
              return hurt;
            }),
        ),
        fc.constantFrom("1", "2", "nobody"),
        async (datagram, from) => {
          session.receive(from, datagram, world.now);
          // The game goes on meanwhile. As fast as this, every one is looked at.
          if (++sent % 50 === 0) await world.run(world.now + 16);
        },
      ),
      { numRuns: 25_000 },
    );
    await goesOn(world, 100);
    for (const { noticed } of world.people) expect(noticed).toEqual([]);
  }, 60_000);

  it("are looked at up to some thousands a second: who sends more costs no more, and is heard again later", async () => {
    const suite = toySuite(seeded(1));
    let hashed = 0;
    const hash: Suite["hash"] = (...of) => {
      hashed++;
      return suite.hash(...of);
    };
    const room = Uint8Array.of(1);
    const [a, b] = [new Link({ ...suite, hash }, room), new Link(toySuite(seeded(2)), room)];
    for (let now = 0; now < 1000; now += 50) {
      for (const datagram of b.flush(now)) a.receive(datagram, now);
      for (const datagram of a.flush(now)) b.receive(datagram, now);
    }
    expect(a.open && b.open).toBe(true);
    hashed = 0;
    for (let i = 0; i < 50_000; i++) a.receive(Uint8Array.of(2, ...Array(40).fill(i)), 2000 + i / 100);
    expect(hashed).toBe(4000);
    const payload = Uint8Array.of(7);
    const heard = b.flush(3000, payload).map((datagram) => a.receive(datagram, 3000)?.payload);
    expect(heard).toContainEqual(payload);
  });

  it("from a player are read without a crash and without memory that grows (25,000 messages and payloads)", async () => {
    const [{ session }, mallory] = (await playing()).people as [World["people"][0], World["people"][0]];
    const link = [...mallory.session.peers].find(({ id }) => id === "0")!.link;
    const codec = new PayloadCodec(4);
    let now = 30_000;
    const before = process.memoryUsage().heapUsed;
    fc.assert(
      fc.property(
        anyMessage,
        fc.option(fc.uint8Array({ maxLength: 60 })),
        fc.record({
          frame: fc.nat(1e6),
          have: fc.nat(1e6),
          settled: fc.nat(1e6),
          first: fc.nat(1e6),
          count: fc.nat(100),
          marks: fc.uint8Array({ maxLength: 64 }),
        }),
        (message, payload, said) => {
          now += 20;
          link.send(message);
          const inputs = new Uint8Array(400).fill(said.frame & 0xff);
          const good = codec.write({ past: 0, ahead: 0, chain: said.frame, inputs, ...said });
          for (const datagram of link.flush(now, payload ?? good)) session.receive("1", datagram, now);
          // What it answers is acknowledged, so that nothing waits.
          for (const { to, datagram } of session.flush(now)) if (to === "1") link.receive(datagram, now);
          session.events.length = 0;
          session.tick(now, new Uint8Array(4));
        },
      ),
      { numRuns: 25_000 },
    );
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(150e6);
    expect(session.game!.timeline.frame).toBeLessThan(1000);
  }, 90_000);

  it("messages that are right come back as they were, and others are none", () => {
    for (const message of MESSAGES) expect(readMessage(writeMessage(message))).toEqual(message);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readMessage(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});
