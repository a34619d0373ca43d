/**
 * Sails Skerry as a person would: it sees the game (RDRAM, see README.md) and moves the stick. Each frame it sails nine
 * ways ahead, a turn first and then on to the next lantern, and takes the best one. `--bot skerry.js:60` waits 60 frames
 * of the title, which seed the game.
 */

/** Bits of a pad, as src/machine/input.ts has them: a bot imports nothing, so that it is a file of its own when built. */
const BUTTON = { Start: 1 << 3, A: 1 << 8 } as const;
/** Offsets in RDRAM of the world and of its things, and of numbers in it. */
export const WORLD = 0x180000;
const OBJECTS = WORLD + 0xa8;
const COUNT = 96;
const AT = {
  phase: 0x18,
  since: 0x1c,
  x: 0x28,
  z: 0x2c,
  heading: 0x34,
  speed: 0x38,
  wind: 0x3c,
  leg: 0x48,
  gust: 0x68,
  gustLeft: 0x6c,
};
export const PHASE = { title: 0, sail: 1, home: 2 } as const;
const KIND = { rock: 1, lantern: 2, glass: 3, lighthouse: 4 } as const;
/** Frames that it looks ahead, those of the first turn, and where the stick may be in it. */
const AHEAD = 130;
const TURN = 16;
const STICKS = [-80, -56, -32, -14, 0, 14, 32, 56, 80] as const;
const PATIENCE = 90;

interface Pressed {
  readonly buttons: number;
  readonly lx: number;
}

interface Thing {
  readonly x: number;
  readonly z: number;
  readonly reach: number;
}

interface Scene {
  readonly x: number;
  readonly z: number;
  readonly heading: number;
  readonly speed: number;
  readonly pace: number;
  readonly gust: number;
  readonly gustLeft: number;
  readonly rocks: readonly Thing[];
  /** Lanterns and floats, the nearest first. */
  readonly prizes: readonly Thing[];
}

export default function bot({ memory, args }: { memory(region: string): Uint8Array; args: string }) {
  const patience = args === "" ? PATIENCE : Number(args);
  if (!Number.isInteger(patience) || patience < 30)
    throw new RangeError(`skerry's bot waits 30 frames or more, not "${args}"`);
  const play = makeBot(patience);
  return () => [play(memory("rdram"))];
}

/** A function from RDRAM, words in the host's order, to the pad. */
export function makeBot(patience: number = PATIENCE): (rdram: Uint8Array) => Pressed {
  let last = 4;
  return (rdram) => {
    const view = new DataView(rdram.buffer, rdram.byteOffset, rdram.byteLength);
    const phase = view.getUint32(WORLD + AT.phase, true);
    const since = view.getUint32(WORLD + AT.since, true);
    if (phase !== PHASE.sail)
      return { buttons: since === (phase === PHASE.title ? patience : 420) ? BUTTON.Start : 0, lx: 0 };
    const scene = look(view);
    let best = Number.POSITIVE_INFINITY;
    let way = last;
    for (let n = 0; n < STICKS.length; n++) {
      const cost = sail(scene, STICKS[n]!) + Math.abs(n - last) * 0.4;
      if (cost >= best) continue;
      best = cost;
      way = n;
    }
    last = way;
    const wind = view.getInt32(WORLD + AT.wind, true) / 65536;
    return { buttons: wind > 45 && best < 40 ? BUTTON.A : 0, lx: STICKS[way]! * 256 };
  };
}

function look(view: DataView): Scene {
  const word = (at: number): number => view.getInt32(WORLD + at, true);
  const z = word(AT.z) / 65536;
  const rocks: Thing[] = [];
  const prizes: Thing[] = [];
  for (let at = OBJECTS; at < OBJECTS + COUNT * 16; at += 16) {
    const kind = view.getUint32(at + 12, true) >>> 24;
    const taken = (view.getUint32(at + 12, true) >>> 16) & 255;
    const thing = {
      x: view.getInt32(at, true) / 65536,
      z: view.getInt32(at + 4, true) / 65536,
      reach: view.getInt32(at + 8, true) / 65536,
    };
    if (kind === 0 || taken || thing.z < z - 4 || thing.z > z + 60) continue;
    if (kind === KIND.rock) rocks.push(thing);
    else if (kind === KIND.lighthouse) rocks.push({ ...thing, reach: 4 });
    else if (thing.z > z - 0.5) prizes.push(thing);
  }
  prizes.sort((a, b) => a.z - b.z);
  return {
    x: word(AT.x) / 65536,
    z,
    heading: word(AT.heading),
    speed: word(AT.speed) / 65536,
    pace: 0.15 + word(AT.leg) * 0.011,
    gust: word(AT.gust) / 65536,
    gustLeft: word(AT.gustLeft),
    rocks,
    prizes,
  };
}

/** What it costs to hold the stick there first: rocks that are met, lanterns that are missed. */
function sail(scene: Scene, stick: number): number {
  let { x, z, heading, speed } = scene;
  let cost = Math.abs(stick) / 100;
  let next = 0;
  for (let t = 1; t <= AHEAD; t++) {
    const prize = scene.prizes[next];
    let want = stick;
    if (t > TURN) {
      const angle = prize ? Math.atan2(prize.x - x, Math.max(prize.z - z, 0.5)) : -x / 60;
      want = Math.max(-80, Math.min(80, ((angle / (2 * Math.PI)) * 65536) / 110));
    }
    heading += (want * 110 - heading) / 14;
    speed += (scene.pace - speed) / 32;
    const turn = (heading / 65536) * 2 * Math.PI;
    x = Math.max(-22, Math.min(22, x + speed * Math.sin(turn) + (t <= scene.gustLeft ? scene.gust : 0)));
    z += speed * Math.cos(turn);
    if (prize) {
      const apart = Math.hypot(prize.x - x, prize.z - z);
      if (apart < 1.3) {
        cost -= 30;
        next++;
      } else if (z > prize.z) {
        cost += 10 + 6 * Math.min(6, apart);
        next++;
      }
    }
    for (const rock of scene.rocks) {
      const dx = rock.x - x;
      const dz = rock.z - z;
      const reach = rock.reach + 0.43;
      const apart = dx * dx + dz * dz;
      if (apart < (reach + 0.35) ** 2) cost += 3000 / (t + 10);
      else if (apart < (reach + 1) ** 2) cost += 0.6;
    }
  }
  const prize = scene.prizes[next];
  return cost + (prize ? 2 * Math.abs(prize.x - x) : Math.abs(x)) + Math.max(0, Math.abs(x) - 18) * 4;
}
