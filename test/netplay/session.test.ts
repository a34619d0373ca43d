import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { boytacean } from "../../src/machine/boytacean/index.ts";
import { jsnes } from "../../src/machine/jsnes/index.ts";
import { regionOf } from "../../src/machine/machine.ts";
import type { SessionEvent } from "../../src/netplay/session/events.ts";
import type { Rules } from "../../src/netplay/session/messages.ts";
import type { Weather } from "../../src/netplay/sim/network.ts";
import { simulate } from "../../src/netplay/sim/scenarios.ts";
import { type Scenario, World } from "../../src/netplay/sim/world.ts";
import { checkProof } from "../../src/replay/proof.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { defaultProfile } from "../../src/watch/profile.ts";

const RULES: Rules = { device: "pad", delay: 2, window: 0, lagLimit: 16, lost: "wait", fps: { num: 60, den: 1 } };
const GOOD: Weather = { delay: 10, jitter: 5, loss: 0, doubled: 0, detour: 0 };
const BAD: Weather = { delay: 40, jitter: 40, loss: 0.15, doubled: 0.05, detour: 0.02 };

const scenario = (more: Partial<Scenario>): Scenario => ({
  seed: 1,
  players: 2,
  rules: RULES,
  weather: GOOD,
  frames: 600,
  skew: 0.001,
  ...more,
});

/** The inputs of all settled frames of everybody, and the links of their chains, are the same. */
function expectOne(world: World): void {
  const agreed = Math.min(...world.people.map(({ session }) => session.game!.agreed));
  expect(agreed).toBeGreaterThanOrEqual(world.scenario.frames);
  const [first, ...others] = world.people.map(({ runner, session }) => ({
    inputs: runner.movie.tracks.map(({ buttons }) => [...buttons.subarray(0, agreed)]),
    link: session.game!.chain.link(agreed),
  }));
  expect(first!.inputs.flat().some((buttons) => buttons !== 0)).toBe(true);
  for (const other of others) expect(other).toEqual(first);
}

/** What was told but who waits in the lobby. */
const told = (events: readonly SessionEvent[]): SessionEvent[] => events.filter(({ kind }) => kind !== "lobby");

describe("a session", () => {
  it.each([
    ["lockstep over a good network", { window: 0, delay: 2 }, GOOD, 2],
    ["rollback over a bad network", { window: 8, delay: 1 }, BAD, 2],
    ["rollback of four", { window: 8, delay: 2 }, BAD, 4],
    ["lockstep over a bad network", { window: 0, delay: 6 }, BAD, 3],
    ["eight players, no delay at all", { window: 12, delay: 0 }, GOOD, 8],
  ] as const)("keeps all in step: %s", async (_, rules, weather, players) => {
    const world = new World(scenario({ rules: { ...RULES, ...rules }, weather, players }));
    expect(await world.run(120_000)).toBe(true);
    expectOne(world);
    for (const { noticed } of world.people) expect(noticed).toEqual([]);
  });

  it("goes on at full speed where the delay covers the network, and predicts where it does not", async () => {
    const covered = new World(scenario({ rules: { ...RULES, delay: 4 } }));
    await covered.run(30_000);
    // 600 frames take 10 s.
    expect(covered.now).toBeLessThan(11_500);
    const predicted = new World(
      scenario({ rules: { ...RULES, delay: 0, window: 8 }, weather: { ...GOOD, delay: 50 } }),
    );
    await predicted.run(30_000);
    expect(predicted.now).toBeLessThan(11_500);
    expect(predicted.people[0]!.session.game!.stats.rollbacks).toBeGreaterThan(20);
  });

  it("lengthens the delay as far as the network needs, and shortens it when that is better again", async () => {
    const world = new World(
      scenario({
        rules: { ...RULES, delay: 0, adapts: true },
        weather: { ...GOOD, delay: 70 },
        frames: 2400,
        mischief: (w, seat) => {
          if (seat === 0 && w.people[0]!.frame === 900) w.network.weather = { ...GOOD, delay: 5 };
        },
      }),
    );
    const delays = new Map<number, number>();
    for (let i = 0; i < 6000 && world.people[0]!.frame < 2400; i++) {
      await world.run(world.now + 20);
      delays.set(world.people[0]!.frame, world.people[0]!.session.game?.delay ?? 0);
    }
    const at = (frame: number): number => delays.get(frame) ?? at(frame - 1);
    // 70 ms are 4.2 frames; what varies and a frame to spare come on top.
    expect(at(850)).toBeGreaterThanOrEqual(5);
    expect(at(850)).toBeLessThanOrEqual(8);
    expect(at(2390)).toBeLessThanOrEqual(at(850) - 2);
    expectOne({ ...world, scenario: { ...world.scenario, frames: 2300 } } as World);
  });

  it("lets others watch, also from later on, without slowing those who play", async () => {
    const alone = new World(scenario({ rules: { ...RULES, window: 4 }, weather: BAD, frames: 900 }));
    await alone.run(60_000);
    const watched = new World(
      scenario({ rules: { ...RULES, window: 4 }, weather: BAD, frames: 900, watchers: 3, watchFrom: 6000 }),
    );
    expect(await watched.run(60_000)).toBe(true);
    for (const { session, events } of watched.people.slice(2)) {
      expect(session.follower!.parted).toBeUndefined();
      expect(session.follower!.chain.link(900)).toBe(watched.people[0]!.session.game!.chain.link(900));
      expect(told(events).map(({ kind }) => kind)).toEqual(["open", "started"]);
    }
    expect(watched.people[0]!.frame).toBeGreaterThan(0.97 * (watched.now / alone.now) * alone.people[0]!.frame);
  });

  it("brings those who come after minutes to the game as it is: one who watches from the start, one who was away", async () => {
    let stopped = false;
    const world = new World(
      scenario({
        players: 3,
        rules: { ...RULES, window: 4, lost: "go on" },
        frames: 12_000,
        watchers: 1,
        watchFrom: 180_000,
        mischief: ({ people, now }, seat) => {
          if (stopped || seat !== 1 || people[1]!.frame < 300) return;
          stopped = true;
          people[1]!.stalledUntil = now + 170_000;
        },
      }),
    );
    expect(await world.run(260_000)).toBe(true);
    const links = world.people.map(({ session }) => session.steps!.chain.link(12_000));
    expect(new Set(links).size).toBe(1);
    expect(world.people[1]!.events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["fallen", "back"]));
    expect(world.now).toBeLessThan(220_000);
  });

  it("lets others watch from now on, with a state of the game as it is", async () => {
    const world = new World(
      scenario({ rules: { ...RULES, window: 4 }, frames: 900, watchers: 1, watchFrom: 9000, watchNow: true }),
    );
    expect(await world.run(60_000)).toBe(true);
    const { session, runner } = world.people[2]!;
    expect(session.follower!.parted).toBeUndefined();
    expect(session.follower!.chain.link(900)).toBe(world.people[0]!.session.game!.chain.link(900));
    // It did not step what was played before it came.
    expect(runner.memory(300)).toBeUndefined();
    expect(session.follower!.chain.link(300)).toBeUndefined();
  });

  it.each([
    ["a player", 1, 2],
    ["the host", 0, 2],
    ["a player of four", 2, 4],
  ] as const)("gives %s whose process began anew the same seat, where all waited", async (_, who, players) => {
    let restarted = false;
    const world = new World(
      scenario({
        players,
        rules: { ...RULES, window: 4 },
        record: true,
        frames: 900,
        mischief: (w, seat) => {
          if (restarted || seat !== who || w.people[seat]!.frame < 300) return;
          restarted = true;
          w.restart(seat, 3000);
        },
      }),
    );
    expect(await world.run(60_000)).toBe(true);
    expectOne(world);
    const { events, session, recording } = world.people[who]!;
    expect(events.map(({ kind }) => kind)).toEqual(["open", "started", "fallen", "back"]);
    expect(session.seat).toBe(who);
    expect([...recording!.disputed]).toEqual([]);
  });

  it("ends for all after the same frame, so that all recordings are the same to the last byte", async () => {
    let ended = 0;
    const world = new World(
      scenario({
        rules: { ...RULES, window: 6 },
        weather: BAD,
        players: 3,
        watchers: 1,
        record: true,
        frames: 10_000,
        mischief: ({ people, now }, seat) => {
          if (seat !== 1 || people[seat]!.frame !== 400 || ended > 0) return;
          people[seat]!.session.end("that is enough");
          ended = now;
        },
      }),
    );
    expect(await world.run(60_000)).toBe(true);
    // All agreed on it: nobody gave up waiting for that.
    expect(world.now - ended).toBeLessThan(1500);
    // Signatures of the last second are still under way.
    for (let i = 0; i < 200; i++, world.now += 2) await world.run(world.now + 1);
    const files = world.people.map(({ recording, recorded }) => {
      expect(recording!.signed).toBe(true);
      recording!.finish();
      return Buffer.concat(recorded);
    });
    for (const file of files) expect(file.equals(files[0]!)).toBe(true);
    expect(readReplay("net.isr", files[0]!).frames).toBe(world.people[1]!.session.lastFrame);
    for (const { session } of world.people) expect(session.ended).toMatch(/that is enough$/);
  });

  it("is recorded alike by all who are there, with every player's signature of each second", async () => {
    const world = new World(
      scenario({ rules: { ...RULES, window: 6 }, weather: BAD, players: 3, watchers: 1, record: true, frames: 660 }),
    );
    expect(await world.run(60_000)).toBe(true);
    for (const { recording } of world.people) {
      expect([...recording!.disputed]).toEqual([]);
      recording!.finish();
    }
    const files = world.people.map(({ recorded }) => Buffer.concat(recorded));
    const replays = files.map((file) => readReplay("net.isr", file));
    for (const replay of replays) {
      expect(replay).toMatchObject({ complete: true, damage: undefined });
      expect(replay.frames).toBeGreaterThanOrEqual(660);
    }
    // All but their ends, which come when each stops: the same bytes.
    const common = 600 * 8;
    const same = files.map((file) => file.findIndex((byte, i) => byte !== files[0]![i]));
    for (const at of same) expect(at === -1 || at > common).toBe(true);
    for (const file of files) {
      // The simulation's signatures are no Ed25519: only the chain can be checked.
      const { links, broken, players } = checkProof("net.isr", file);
      expect([links, broken]).toEqual([11, undefined]);
      expect(players.map(({ port }) => port)).toEqual([0, 1, 2]);
    }
  });

  it("goes on in one part only where the network falls into two; the others come back", async () => {
    const world = new World(
      scenario({
        players: 5,
        rules: { ...RULES, window: 4, lost: "go on" },
        frames: 900,
        mischief: (w, seat) => {
          if (seat === 0 && w.people[0]!.frame === 100) w.part(2, w.now + 11_000);
        },
      }),
    );
    expect(await world.run(60_000)).toBe(true);
    expectOne(world);
    const told = world.people.map(({ events }) =>
      events.map(({ kind }) => kind).filter((kind) => kind === "away" || kind === "fallen"),
    );
    const [cutOff, wentOn] = [["fallen"], ["away", "away"]];
    expect(told).toEqual([cutOff, cutOff, wentOn, wentOn, wentOn]);
  });

  it("waits for whoever is further behind than the lag limit, from frame 0 on", async () => {
    // The inputs of the first 30 frames are known to all: nothing else holds anybody back.
    let most = 0;
    const world = new World(
      scenario({
        rules: { ...RULES, delay: 30, lagLimit: 16 },
        mischief: ({ people, now }, seat) => {
          const [ada, bo] = people as [World["people"][0], World["people"][0]];
          most = Math.max(most, ada.frame - bo.frame);
          if (seat === 1 && bo.session.game && bo.stalledUntil === 0) bo.stalledUntil = now + 1400;
        },
      }),
    );
    expect(await world.run(60_000)).toBe(true);
    expectOne(world);
    // One step is made while Bo is 16 behind, none while he is more.
    expect(most).toBe(17);
  });

  it("is not begun with somebody who speaks another version: both are told so in one line", async () => {
    const world = new World(scenario({}));
    const { network } = world;
    const send = network.send.bind(network);
    network.send = (from, to, datagram, now) => {
      const other = datagram.slice();
      // The version that a hello says.
      if (other[0] === 1) other[1] = 9;
      send(from, to, other, now);
    };
    for (; world.now < 2000; world.now += 2) await world.run(world.now + 1);
    const line = "the other side speaks version 9 of netplay, this one 2; update the older one";
    const [ada, bo] = world.people.map(({ events }) => told(events));
    expect(ada).toEqual([{ kind: "refused", name: "somebody", why: line }]);
    expect(bo).toEqual([
      { kind: "refused", name: "player 2", why: line },
      { kind: "ended", why: line },
    ]);
  });

  it("waits until all who asked for that are ready; before, all are told who is here, how far away, and who is not", async () => {
    const world = new World(scenario({ players: 3, watchers: 1, holds: [0, 2], frames: 60 }));
    expect(await world.run(4000)).toBe(false);
    const [ada, bo, cat, eve] = world.people.map(({ session }) => session);
    const lobbies = () =>
      world.people.map(({ events }) => {
        const { seats, people } = events.filter((event) => event.kind === "lobby").at(-1)!;
        return { seats, people: people.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
      });
    const seen = (ready: boolean) => ({
      seats: 3,
      people: [
        { seat: 0, name: "player 1", rtt: 0, opened: true, ready },
        { seat: 1, name: "player 2", rtt: expect.any(Number), opened: true, ready: true },
        { seat: 2, name: "player 3", rtt: expect.any(Number), opened: true, ready: false },
        { seat: -1, name: "player 4", rtt: expect.any(Number), opened: true, ready: true },
      ],
    });
    expect(lobbies()).toEqual([0, 1, 2, 3].map(() => seen(false)));
    expect(lobbies()[0]!.people[1]!.rtt).toBeGreaterThan(2 * GOOD.delay);
    bo!.begin(false);
    bo!.begin(true);
    ada!.begin(true);
    // Whoever watches delays nobody.
    eve!.begin(false);
    expect(await world.run(6000)).toBe(false);
    expect(lobbies()[2]).toMatchObject({ people: [{ ready: true }, { ready: true }, { ready: false }, {}] });
    cat!.begin(true);
    expect(await world.run(20_000)).toBe(true);
  });

  it("lets players pause it, and nobody else", async () => {
    const world = new World(scenario({ watchers: 1, frames: 120 }));
    expect(await world.run(20_000)).toBe(true);
    const [ada, bo, eve] = world.people.map(({ session }) => session);
    Object.assign(world.scenario, { frames: 10_000 });
    eve!.pause(true);
    await world.run(world.now + 500);
    expect(ada!.game!.agreed).toBeGreaterThan(135);
    bo!.pause(true);
    await world.run(world.now + 200);
    const { frame } = ada!.game!;
    await world.run(world.now + 500);
    expect(ada!.game!.frame).toBe(frame);
    ada!.pause(false);
    await world.run(world.now + 500);
    expect(ada!.game!.frame).toBeGreaterThan(frame + 20);
    const paused = world.people[0]!.events.filter(({ kind }) => kind === "paused");
    expect(paused).toEqual([{ kind: "paused", name: "player 2", on: true }]);
  });

  it("finds a poked byte, names it, mends it, and goes on", async () => {
    let poked = -1;
    const world = new World(
      scenario({
        rules: { ...RULES, window: 6 },
        weather: { ...GOOD, loss: 0.05 },
        players: 3,
        mischief: (w, seat) => {
          const { runner, frame } = w.people[seat]!;
          if (seat !== 1 || frame !== 200 || poked >= 0) return;
          poked = frame;
          runner.machine.memory[0]!.bytes[250]! ^= 0x40;
        },
      }),
    );
    expect(await world.run(60_000)).toBe(true);
    expectOne(world);
    const noticed = world.people.flatMap((one) => one.noticed);
    expect(noticed.length).toBeGreaterThanOrEqual(2);
    for (const { drift, bytes } of noticed) {
      expect(drift.frame).toBeGreaterThan(200);
      expect(drift.frame).toBeLessThanOrEqual(202);
      expect(bytes).toHaveLength(1);
      expect(bytes[0]).toMatchObject({ region: "ram", address: 250 });
      expect(bytes[0]!.mine ^ bytes[0]!.theirs).toBe(0x40);
    }
    for (const { resumed } of world.people) expect(resumed).toHaveLength(1);
  });

  it.each([
    ["where nothing is lost", GOOD],
    ["where much is lost, and many frames are settled at once", { ...BAD, loss: 0.3 }],
  ])("notices a desync at most two settled frames late, and once, %s", async (_, weather) => {
    let poked = false;
    const world = new World(
      scenario({
        rules: { ...RULES, window: 6 },
        weather,
        mischief: (w, seat) => {
          const { runner, frame } = w.people[seat]!;
          if (seat !== 1 || frame < 200 || poked) return;
          poked = true;
          runner.machine.memory[0]!.bytes[250]! ^= 0x40;
        },
      }),
    );
    expect(await world.run(60_000)).toBe(true);
    const noticed = world.people.flatMap((one) => one.noticed);
    expect(noticed.length).toBeGreaterThan(0);
    for (const { drift } of noticed) expect(drift.noticedAt - drift.frame).toBeLessThanOrEqual(2);
    for (const one of world.people) expect(one.noticed.length).toBeLessThanOrEqual(1);
  });

  it("keeps real consoles in step: two of Gleam on jsnes, with a byte poked, over a bad network", async () => {
    const bytes = new Uint8Array(readFileSync(new URL("../../games/gleam/gleam.nes", import.meta.url)));
    const content = { name: "gleam.nes", bytes };
    const machines = await Promise.all([1, 2].map(() => jsnes.open({ content })));
    const profile = defaultProfile(machines[0]!.memory);
    let poked = false;
    const world = new World(
      scenario({
        rules: { ...RULES, delay: 5, fps: machines[0]!.timing.fps },
        weather: { ...BAD, delay: 30 },
        frames: 240,
        profile,
        open: (seat) => machines[seat]!,
        mischief: (w, seat) => {
          const { runner, frame } = w.people[seat]!;
          if (seat !== 0 || frame < 130 || poked) return;
          poked = true;
          regionOf(runner.machine, "ram")!.bytes[0x7f0]! ^= 1;
        },
      }),
    );
    expect(await world.run(60_000)).toBe(true);
    expectOne(world);
    const { bytes: named } = world.people[1]!.noticed[0]!;
    expect(named).toEqual([expect.objectContaining({ region: "ram", address: 0x7f0 })]);
  });
});

/** Sessions that once went wrong. */
const ONCE_WRONG = [
  14, 58, 59, 61, 67, 73, 103, 125, 140, 177, 215, 375, 458, 498, 511, 1185, 1189, 1483, 1814, 3362, 3435, 5076, 8257,
  8936, 9136,
];

describe("simulated sessions", () => {
  it.each(ONCE_WRONG)("that once went wrong: %i", async (seed) => {
    expect(await simulate(seed)).toMatchObject({ seed, wrong: undefined });
  });

  it("all come to their end in step, whatever the network, and only what was done to a machine is an alarm", async () => {
    for (let seed = 1; seed <= 200; seed++) expect(await simulate(seed)).toMatchObject({ seed, wrong: undefined });
  }, 240_000);

  it.each([
    ["a NES", jsnes, "gleam/gleam.nes"],
    ["a Game Boy Color", boytacean, "rally/rally.gbc"],
  ] as const)(
    "come to their end with %s too",
    async (_, core, path) => {
      const bytes = new Uint8Array(readFileSync(new URL(`../../games/${path}`, import.meta.url)));
      const game = { core, content: { name: path, bytes }, frames: 60 };
      for (let seed = 1; seed <= 10; seed++)
        expect(await simulate(seed, game)).toMatchObject({ seed, wrong: undefined });
    },
    120_000,
  );
});
