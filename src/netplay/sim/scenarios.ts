import type { OpenOptions } from "../../machine/machine.ts";
import type { Core } from "../../machine/registry.ts";
import { defaultProfile } from "../../watch/profile.ts";
import type { Rules } from "../session/messages.ts";
import { ArithmeticMachine, arithmeticBoot } from "./arithmetic.ts";
import type { Weather } from "./network.ts";
import { seeded } from "./random.ts";
import { type Scenario, World } from "./world.ts";

/** Why a simulated session is wrong, in words; undefined when all is well. */
export type Verdict = string | undefined;

/** What a simulated session came to. */
export interface Outcome {
  readonly seed: number;
  readonly players: number;
  readonly wrong: Verdict;
  readonly weather: Weather;
  /** Milliseconds of virtual time that it took, and frames that all agreed on. */
  readonly time: number;
  readonly frames: number;
  readonly stalls: number;
  readonly rollbacks: number;
  readonly framesAgain: number;
  readonly desyncs: number;
  /** Frames from the first one that differs to the settled one at which that was noticed; the most of all desyncs. */
  readonly noticedAfter: number;
  /** Bytes that each player sent to each other in a second, without headers, and with those of IP and UDP. */
  readonly rate: number;
  readonly rateWithHeaders: number;
}

/** Bytes of the headers of IP (version 4) and UDP. */
const HEADERS = 28;
const FRAMES = 300;
/** Virtual time after which the network is a good one; and in which all must come to the session's end from then on. */
const HEALS = 60_000;
const PATIENCE = 60_000;
const HEALED: Weather = { delay: 10, jitter: 2, loss: 0, doubled: 0, detour: 0 };
/** Settled frames after which a desync must be noticed. */
const SOON = 2;
/** Bytes that may wait for one who is away. */
const WAITING = 1 << 18;

/** A real console to be played in a simulated session, instead of the arithmetic one. */
export interface RealGame {
  readonly core: Core;
  readonly content: OpenOptions["content"];
  readonly frames: number;
}

/** The session of a seed: its players, rules, network, and what happens to them. `most`: as many may play. */
export function scenarioOf(seed: number, most = 8): Scenario {
  const random = seeded(seed ^ 0x5bd1e995);
  const whole = (below: number): number => Math.floor(random(below));
  const players = Math.min(most, 2 + whole(7));
  const rules: Rules = {
    device: "pad",
    delay: whole(8),
    window: random(1) < 0.3 ? 0 : whole(13),
    lagLimit: 16,
    lost: "go on",
    fps: { num: 60, den: 1 },
  };
  const weather = {
    delay: random(100),
    jitter: random(60),
    loss: random(0.3),
    doubled: random(0.1),
    detour: random(0.05),
  };
  const at = 50 + whole(200);
  const who = whole(players);
  let done = false;
  const once =
    (act: (world: World) => void): Scenario["mischief"] =>
    (world, seat) => {
      if (done || seat !== who || world.people[seat]!.frame < at) return;
      done = true;
      act(world);
    };
  // By the seed itself, so that all other sessions stay as they were.
  const hostile = seed % 8 === 0;
  const base = { seed, players, rules, weather, frames: FRAMES, skew: random(0.005), hostile };
  const other = (who + 1 + whole(players - 1)) % players;
  const long = 500 + random(4000);
  const kind = whole(8);
  if (seed % 16 === 11 || seed % 16 === 14) {
    // The network falls into two: shortly, or for so long that those who are more go on alone.
    const lasts = random(1) < 0.5 ? long : 9000 + random(6000);
    return { ...base, frames: 1200, mischief: once((world) => world.part(1 + whole(players - 1), world.now + lasts)) };
  }
  if (seed % 16 === 0) return { ...base, ...misfortunes(players, rules, whole) };
  switch (kind) {
    case 0:
      return { ...base, mischief: once((world) => world.network.cut(who, other, world.now + long)) };
    case 1:
      return {
        ...base,
        mischief: once((world) => {
          world.people[who]!.stalledUntil = world.now + long;
        }),
      };
    case 2: {
      // A byte of one machine's memory changes, as a cosmic ray would have it.
      const [address, bit] = [whole(255), 1 << whole(8)];
      const poke = once(({ people }) => {
        people[who]!.runner.machine.memory[0]!.bytes[address]! ^= bit;
      });
      return { ...base, desync: rules.window === 0 ? "surely" : "maybe", mischief: poke };
    }
    case 3: {
      // One machine is not what its boot says, until it is opened anew.
      let opened = 0;
      const open = (seat: number): ArithmeticMachine =>
        new ArithmeticMachine(arithmeticBoot(players), seat === who && opened++ === 0 ? 1 : 0);
      return { ...base, desync: "surely", open };
    }
    case 4: {
      // Somebody's machine is switched off. Of two, the one with seat 0 may go on.
      const off = players === 2 ? 1 : who;
      const mischief = (world: World, seat: number): void => {
        if (seat === off && world.people[seat]!.frame >= at) world.people[off]!.stalledUntil = Number.POSITIVE_INFINITY;
      };
      return { ...base, mischief };
    }
    case 5:
      // Somebody is away so long that the others go on, and comes back.
      return {
        ...base,
        frames: 1200,
        mischief: once((world) => {
          world.people[who]!.stalledUntil = world.now + 9000 + random(6000);
        }),
      };
    case 6:
      // Somebody's process dies, and is begun anew.
      return {
        ...base,
        frames: 1200,
        rules: { ...rules, lost: random(1) < 0.5 ? "wait" : "go on" },
        mischief: once((world) => world.restart(who, 500 + random(12_000))),
      };
    default:
      return base;
  }
}

/**
 * Several misfortunes in one session, at any time, also one in another: cuts, parts, machines that stand still, and a process
 * that begins anew; then nothing else lasts long, as what nobody plays any more is lost.
 */
function misfortunes(
  players: number,
  rules: Rules,
  whole: (below: number) => number,
): Pick<Scenario, "frames" | "rules" | "mischief"> {
  const anew = players > 2 && whole(2) === 0;
  const some = Array.from({ length: 2 + whole(3) }, (_, i) => {
    const [at, seat, first] = [50 + whole(600), whole(players), 1 + whole(players - 1)];
    const other = (seat + 1 + whole(players - 1)) % players;
    const lasts = anew || whole(2) === 0 ? 500 + whole(4000) : 9000 + whole(6000);
    const kinds: ((world: World) => void)[] = [
      ({ network, now }) => network.cut(seat, other, now + lasts),
      (world) => world.part(first, world.now + lasts),
      ({ people, now }) => {
        people[seat]!.stalledUntil = now + lasts;
      },
    ];
    const act = anew && i === 0 ? (world: World) => world.restart(seat, whole(12_000)) : kinds[whole(kinds.length)]!;
    return { at, seat, act };
  });
  const mischief = (world: World, seat: number): void => {
    const due = some.findIndex((one) => one.seat === seat && world.people[seat]!.frame >= one.at);
    if (due >= 0) some.splice(due, 1)[0]!.act(world);
  };
  return { frames: 900, rules: { ...rules, lost: whole(5) === 0 ? "wait" : "go on" }, mischief };
}

/** The session of a seed with a real console, for two players. */
async function realScenario(seed: number, { core, content, frames }: RealGame): Promise<Scenario> {
  const scenario = scenarioOf(seed, 2);
  // Enough for the players, for one who begins anew, and for repairs in fresh machines.
  const machines = await Promise.all(Array.from({ length: 8 }, () => core.open({ content })));
  const { memory, timing } = machines[0]!;
  return {
    ...scenario,
    rules: { ...scenario.rules, fps: timing.fps },
    frames: scenario.frames === FRAMES ? frames : 3 * frames,
    profile: defaultProfile(memory),
    open: () => machines.pop()!,
    // Memory that a game writes anew in every frame hides what was done to it; and there is no machine here that lies.
    ...(scenario.desync && { desync: "maybe" }),
  };
}

/** A session of two in which nothing happens: what a network alone does to it. */
const quietScenario = (seed: number, weather: Weather): Scenario => ({
  seed,
  players: 2,
  rules: { device: "pad", delay: 2, window: 9, lagLimit: 16, lost: "wait", fps: { num: 60, den: 1 } },
  weather,
  frames: 1800,
  skew: 0.001,
});

/** Plays the session of a seed, or a quiet one over that network, and judges it. */
export async function simulate(seed: number, game?: RealGame, weather?: Weather): Promise<Outcome> {
  const scenario = weather ? quietScenario(seed, weather) : game ? await realScenario(seed, game) : scenarioOf(seed);
  const world = new World(scenario);
  let wrong: Verdict;
  try {
    let done = await world.run(HEALS);
    world.network.weather = HEALED;
    done ||= await world.run(HEALS + PATIENCE);
    wrong = done ? judge(world) : stuck(world);
  } catch (error) {
    wrong = `${(error as Error).stack}`;
  }
  const { people, network, now } = world;
  const games = people.map(({ session }) => session.game);
  const sum = (of: "stalls" | "rollbacks" | "framesAgain" | "desyncs"): number =>
    games.reduce((all, game) => all + (game?.stats[of] ?? 0), 0);
  const perSecond = people.length * (people.length - 1) * (now / 1000);
  return {
    seed,
    players: people.length,
    wrong,
    weather: scenario.weather,
    time: now,
    frames: Math.min(...world.alive.map(({ session }) => session.steps?.agreed ?? 0)),
    stalls: sum("stalls") / people.length,
    rollbacks: sum("rollbacks") / people.length,
    framesAgain: sum("framesAgain") / people.length,
    desyncs: sum("desyncs"),
    noticedAfter: noticedAfter(world),
    rate: network.bytes / perSecond,
    rateWithHeaders: (network.bytes + HEADERS * network.datagrams) / perSecond,
  };
}

const noticedAfter = ({ people }: World): number =>
  Math.max(0, ...people.flatMap(({ noticed }) => noticed.map(({ drift }) => drift.noticedAt - drift.frame)));

function stuck({ people, now }: World): Verdict {
  const where = people.map(
    ({ session, failed }) => session.ended ?? failed ?? `frame ${session.game?.timeline.frame ?? "none"}`,
  );
  return `not at its end after ${Math.round(now / 1000)} s: ${where.join(", ")}`;
}

/** Settled inputs and fingerprints are the same for all; what was done to a machine was noticed, soon, and nothing else was. */
function judge(world: World): Verdict {
  const { alive: people, scenario } = world;
  const agreed = Math.min(...people.map(({ session }) => session.steps!.agreed));
  const inputs = people.map(({ runner }) =>
    runner.movie.tracks.map(({ buttons }) => Array.from(buttons.subarray(0, agreed)).join()).join("|"),
  );
  if (new Set(inputs).size > 1) return "the settled inputs differ";
  if (new Set(people.map(({ session }) => session.steps!.chain.link(agreed))).size > 1)
    return "the fingerprints differ";
  const waiting = Math.max(...people.flatMap(({ session }) => [...session.peers].map(({ link }) => link.queued)));
  if (waiting > WAITING) return `${waiting} bytes wait for somebody`;
  const noticed = people.reduce((sum, one) => sum + one.noticed.length, 0);
  if (scenario.desync === "surely" && noticed === 0) return "what was done to a machine was not noticed";
  if (noticedAfter(world) > SOON) return `a desync was noticed ${noticedAfter(world)} settled frames late`;
  return !scenario.desync && noticed > 0 ? "a false alarm" : undefined;
}
