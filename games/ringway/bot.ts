/**
 * Flies Ringway as a person would: it sees the game (main RAM, see README.md) and presses buttons, or the pen. Each
 * frame it flies nine ways ahead, a short turn and then on to the next ring, and takes the best one.
 */
import { BUTTON, NO_PAD, type PadState } from "../../src/machine/input.ts";

/** Offset of the game's memory in main RAM. */
export const WORLD = 0x200000;
export const PHASE = { title: 0, flight: 1, finished: 2, lost: 3 } as const;
const KIND = { ring: 1, rock: 2, crystal: 3 } as const;
const OBJECTS = { at: 0xd8, count: 64, size: 16 };
/** Frames that it looks ahead, and those of the first turn. */
const AHEAD = 64;
const TURN = 10;
/** Where the pen steers instead of the pad. */
const PEN: readonly (readonly [number, number])[] = [
  [330, 450],
  [800, 880],
];

interface Thing {
  readonly x: number;
  readonly y: number;
  /** Frames until the ship is there. */
  readonly meets: number;
  readonly distance: number;
  readonly vx: number;
}

interface Ship {
  x: number;
  y: number;
  vx: number;
  vy: number;
}

/** A function from main RAM to the pad for the frame that comes. `patience`: frames of the title, which seed the game. */
export function makeBot(patience: number): (main: Uint8Array) => PadState {
  let last = 0;
  return (main) => {
    const world = new DataView(main.buffer, main.byteOffset + WORLD, 0x4d8);
    const phase = world.getUint32(0x14, true);
    if (phase === PHASE.title) return press(world.getUint32(0x10, true) === patience ? BUTTON.Start : 0);
    if (phase !== PHASE.flight) return NO_PAD;
    const scene = look(world);
    let best = Number.POSITIVE_INFINITY;
    let way = 0;
    for (let n = 0; n < 9; n++) {
      const cost = fly(scene, (n % 3) - 1, Math.floor(n / 3) - 1) + (n === last ? 0 : 1);
      if (cost >= best) continue;
      best = cost;
      way = n;
    }
    last = way;
    return act(world, scene, (way % 3) - 1, Math.floor(way / 3) - 1, best);
  };
}

const press = (buttons: number): PadState => ({ ...NO_PAD, buttons });

interface Scene {
  readonly ship: Ship;
  readonly rocks: readonly Thing[];
  /** Rings and crystals, the nearest first. */
  readonly prizes: readonly Thing[];
  readonly z: number;
}

function look(world: DataView): Scene {
  const fix = (at: number): number => world.getInt32(at, true) / 4096;
  const speed = Math.max(fix(0x34), 0.1);
  const z = fix(0x28);
  const rocks: Thing[] = [];
  const prizes: Thing[] = [];
  for (let n = 0; n < OBJECTS.count; n++) {
    const at = OBJECTS.at + n * OBJECTS.size;
    const kind = world.getUint8(at + 14);
    const distance = fix(at + 8) - z;
    if (!kind || world.getUint8(at + 15) || distance < -0.8) continue;
    const vx = world.getInt16(at + 12, true) / 4096;
    const thing = { x: fix(at), y: fix(at + 4), meets: distance / speed, distance, vx };
    if (kind === KIND.rock) rocks.push(thing);
    else if ((kind === KIND.ring || kind === KIND.crystal) && distance > 0) prizes.push(thing);
  }
  prizes.sort((a, b) => a.meets - b.meets);
  return { ship: { x: fix(0x20), y: fix(0x24), vx: fix(0x2c), vy: fix(0x30) }, rocks, prizes, z };
}

/** One frame of steering, as the game does it. */
function steer(ship: Ship, dx: number, dy: number): void {
  ship.vx += (dx * 0.13 - ship.vx) / 4;
  ship.vy += (dy * 0.1 - ship.vy) / 4;
  ship.x = Math.min(5.2, Math.max(-5.2, ship.x + ship.vx));
  ship.y = Math.min(5, Math.max(0.7, ship.y + ship.vy));
}

const towards = (gap: number): number => (gap > 0.25 ? 1 : gap < -0.25 ? -1 : 0);

/** What it costs to turn that way first: rocks that are met, rings that are missed. */
function fly({ ship: from, rocks, prizes }: Scene, dx: number, dy: number): number {
  const ship = { ...from };
  let cost = 0;
  let next = 0;
  for (let t = 1; t <= AHEAD; t++) {
    const prize = prizes[next];
    if (t <= TURN) steer(ship, dx, dy);
    else if (prize) steer(ship, towards(prize.x - ship.x), towards(prize.y - ship.y));
    else steer(ship, 0, 0);
    if (prize && t >= prize.meets) {
      cost += 12 * Math.min(6, Math.max(0, Math.hypot(prize.x - ship.x, prize.y - ship.y) - 0.4));
      next++;
    }
    for (const rock of rocks) {
      const apart = Math.abs(rock.meets - t);
      if (apart > 4) continue;
      const gap = Math.hypot(rock.x + rock.vx * t - ship.x, rock.y - ship.y);
      if (gap < 1.25) cost += 4000 / (t + 20);
      else if (gap < 1.7) cost += 2;
    }
  }
  const prize = prizes[next];
  if (prize) cost += 3 * Math.hypot(prize.x - ship.x, prize.y - ship.y);
  return cost + Math.abs(ship.x) + Math.abs(ship.y - 2.4);
}

function act(world: DataView, { ship, rocks, z }: Scene, dx: number, dy: number, cost: number): PadState {
  const energy = world.getInt32(0x3c, true) / 4096;
  let buttons = 0;
  const aimed = rocks.some((rock) => {
    const t = (rock.distance - 0.8) / 0.9;
    return (
      rock.distance > 1.5 &&
      rock.distance < 17 &&
      t < 30 &&
      Math.abs(rock.x + rock.vx * t - ship.x) < 0.8 &&
      Math.abs(rock.y - ship.y) < 0.8
    );
  });
  if (aimed) buttons |= BUTTON.B;
  if (energy > 55 && cost < 60 && Math.floor(z / 60) % 2 === 1) buttons |= BUTTON.A;
  if (PEN.some(([from, to]) => z >= from && z < to)) {
    const touchX = Math.round(84 + ((ship.x + dx * 1.6) * 152) / 12);
    const touchY = Math.round(184 - ((ship.y + dy * 1.2) * 176) / 5.6);
    return {
      ...NO_PAD,
      buttons,
      touchX: Math.min(255, Math.max(0, touchX)),
      touchY: Math.min(191, Math.max(0, touchY)),
    };
  }
  buttons |= (dx < 0 ? BUTTON.Left : dx > 0 ? BUTTON.Right : 0) | (dy < 0 ? BUTTON.Down : dy > 0 ? BUTTON.Up : 0);
  return press(buttons);
}
