/**
 * Plays Gleam as a person would: it sees the game (its RAM, see README.md) and presses buttons. For each robot it tries
 * every pair of two directions against where the foes will be, and takes the safest one that leads to a gem.
 */

/** Bits of a pad, as src/machine/input.ts has them: a bot imports nothing, so that it is a file of its own when built. */
const BUTTON = { B: 1, Start: 1 << 3, Up: 1 << 4, Down: 1 << 5, Left: 1 << 6, Right: 1 << 7, A: 1 << 8 } as const;

export const RULES = ["classic", "garbage", "clock", "history"] as const;
export type Rules = (typeof RULES)[number];

export interface BotOptions {
  readonly rules: Rules;
  readonly players: 1 | 2;
  /** Polls of the title to let pass before Start: they seed the game's random numbers. */
  readonly patience: number;
}

const SLIME = 1;
const BAT = 2;
const WRAITH = 3;
const MOTH = 4;
const PORTAL = 5;
const FOES = 14;
const STEP = 0x150 / 256;
const SLANT = 0xf0 / 256;
/** Polls of the first direction, and of both. */
const FIRST = 10;
const AHEAD = 30;

interface Foe {
  x: number;
  y: number;
  vx: number;
  vy: number;
  kind: number;
  wakes: number;
}

interface Way {
  readonly dx: number;
  readonly dy: number;
  readonly buttons: number;
}

const WAYS: readonly Way[] = [0, -1, 1].flatMap((dx) =>
  [0, -1, 1].map((dy) => ({
    dx,
    dy,
    buttons: (dx < 0 ? BUTTON.Left : dx > 0 ? BUTTON.Right : 0) | (dy < 0 ? BUTTON.Up : dy > 0 ? BUTTON.Down : 0),
  })),
);

/** For `instep record --bot gleam:RULES,PLAYERS,PATIENCE`; all may be left out. */
export default function bot({ memory, args }: { memory(region: string): Uint8Array; args: string }) {
  const [rules = "", players = "2", patience = "64"] = args.split(",");
  const known = RULES.find((name) => name === (rules || "classic"));
  if (!known) throw new RangeError(`Gleam has no rules "${rules}"; it has ${RULES.join(", ")}`);
  const play = makeBot({ rules: known, players: players === "1" ? 1 : 2, patience: Number(patience) });
  return () => play(memory("ram"));
}

/** A function from the game's RAM (2 KB) to the buttons of both pads, for the frame that comes. It remembers a little. */
export function makeBot(options: BotOptions): (ram: Uint8Array) => readonly [number, number] {
  const flicks: [Flick | null, Flick | null] = [null, null];
  const last: [number, number] = [0, 0];
  const distance = [new Float64Array(208), new Float64Array(208)] as const;
  return (ram) => {
    if (ram[0x32] === 0) return [title(ram, options), 0];
    if (ram[0x32] === 3 || ram[0x39]) return [0, 0];
    const foes = foesOf(ram);
    const pads: [number, number] = [0, 0];
    for (let p = 0; p < options.players; p++) {
      if (!ram[0x30a + p] || ram[0x316 + p]) continue;
      goalMap(ram, p, distance[p as 0 | 1]);
      pads[p as 0 | 1] = robot(ram, p as 0 | 1, foes, distance[p as 0 | 1], last, flicks);
    }
    return pads;
  };
}

/** One button every eighth frame, so that the game sees each press; then Start. */
function title(ram: Uint8Array, { rules, players, patience }: BotOptions): number {
  const polls = ram[0x30]! | (ram[0x31]! << 8);
  if (polls < 30 || polls % 8 !== 0) return 0;
  const menu = ram[0x33b];
  if (ram[0x34] !== players) return menu === 0 ? BUTTON.Right : BUTTON.Down;
  if (RULES[ram[0x33]!] !== rules) return menu === 1 ? BUTTON.Right : BUTTON.Down;
  return polls >= patience - (patience % 8) ? BUTTON.Start : 0;
}

function foesOf(ram: Uint8Array): Foe[] {
  const foes: Foe[] = [];
  const signed = (high: number, low: number) => ((ram[high]! << 24) >> 24) + ram[low]! / 256;
  for (let n = 0; n < FOES; n++) {
    let kind = ram[0x400 + n]!;
    if (!kind) continue;
    const foe = {
      x: ram[0x420 + n]!,
      y: ram[0x440 + n]!,
      vx: signed(0x460 + n, 0x450 + n),
      vy: signed(0x480 + n, 0x470 + n),
      kind,
      wakes: 0,
    };
    if (kind === PORTAL) {
      foe.wakes = ram[0x4a0 + n]!;
      kind = foe.kind = ram[0x4b0 + n]!;
      const side = ram[0x701]!;
      if (kind === MOTH) {
        const speed = side & 1 ? -1.75 : 1.75;
        if (side & 2) foe.vy = speed;
        else foe.vx = speed;
      }
    }
    if (ram[0x334]! > AHEAD) foe.vx = foe.vy = 0;
    foes.push(foe);
  }
  return foes;
}

const isRock = (ram: Uint8Array, cell: number): boolean => ram[0x500 + cell] === 1 || ram[0x500 + cell] === 2;

/** Steps from each cell to the best thing to gather: worth more, it seems nearer. The other robot's surroundings are its own. */
function goalMap(ram: Uint8Array, p: 0 | 1 | number, distance: Float64Array): void {
  distance.fill(999);
  const queue: number[] = [];
  const other = 1 - p;
  const mate = ram[0x30a + other] && !ram[0x316 + other];
  for (let cell = 0; cell < 208; cell++) {
    const thing = ram[0x500 + cell]!;
    if (thing < 3) continue;
    if (thing === 5 && ram[0x30a + p]! >= 5) continue;
    const x = (cell & 15) * 16;
    const y = 32 + (cell >> 4) * 16;
    let worth = thing === 4 ? -3 : thing === 5 ? -6 : thing > 5 ? -2 : 0;
    if (mate) {
      const mine = Math.abs(ram[0x301 + 2 * p]! - x) + Math.abs(ram[0x305 + 2 * p]! - y);
      const theirs = Math.abs(ram[0x301 + 2 * other]! - x) + Math.abs(ram[0x305 + 2 * other]! - y);
      if (theirs < mine) worth += 6;
    }
    distance[cell] = worth;
    queue.push(cell);
  }
  if (!queue.length) {
    const waiting = p ? 0x6b : 0x64;
    distance[waiting] = 0;
    queue.push(waiting);
  }
  while (queue.length) {
    const cell = queue.shift()!;
    for (const next of [cell - 1, cell + 1, cell - 16, cell + 16]) {
      if (next < 0 || next >= 208 || isRock(ram, next) || distance[next]! <= distance[cell]! + 1) continue;
      distance[next] = distance[cell]! + 1;
      queue.push(next);
    }
  }
}

/** Pixels to the goal from a place between cells. */
function toGoal(distance: Float64Array, x: number, y: number): number {
  let best = 1e6;
  const column = Math.floor(x / 16);
  const row = Math.floor((y - 32) / 16);
  for (let r = row; r <= row + 1; r++)
    for (let c = column; c <= column + 1; c++) {
      const d = distance[r * 16 + c];
      if (d === undefined || d >= 999) continue;
      best = Math.min(best, d * 16 + Math.hypot(x - c * 16, y - 32 - r * 16));
    }
  return best;
}

function blocked(ram: Uint8Array, x: number, y: number): boolean {
  const left = (x + 2) >> 4;
  const right = (x + 13) >> 4;
  const top = (y - 30) & 0xf0;
  const low = (y - 19) & 0xf0;
  return isRock(ram, top | left) || isRock(ram, top | right) || isRock(ram, low | left) || isRock(ram, low | right);
}

interface Flick {
  readonly way: Way;
  until: number;
}

function robot(
  ram: Uint8Array,
  p: 0 | 1,
  foes: readonly Foe[],
  distance: Float64Array,
  last: [number, number],
  flicks: [Flick | null, Flick | null],
): number {
  const x = ram[0x301 + 2 * p]! + ram[0x300 + 2 * p]! / 256;
  const y = ram[0x305 + 2 * p]! + ram[0x304 + 2 * p]! / 256;
  const safe = ram[0x30c + p]!;
  const held = ram[0x2c + p]!;
  const near = foes.filter((foe) => Math.abs(foe.x - x) < 110 && Math.abs(foe.y - y) < 110);
  let best: Way = WAYS[0]!;
  let bestCost = Number.POSITIVE_INFINITY;
  let danger = 0;
  const at: [number, number] = [0, 0];
  for (const first of WAYS) {
    const start = walk(ram, x, y, first, 0, FIRST, near, safe, at);
    const [mx, my] = at;
    const goal = toGoal(distance, mx, my);
    let rest = Number.POSITIVE_INFINITY;
    for (const second of WAYS) {
      const cost = walk(ram, mx, my, second, FIRST, AHEAD, near, safe, at) + 0.15 * toGoal(distance, at[0], at[1]);
      if (cost < rest) rest = cost;
    }
    let cost = start + rest + goal + (first.buttons === last[p] ? 0 : 1.5);
    if (aims(foes, x, y, first)) cost -= 10;
    if (cost < bestCost) {
      bestCost = cost;
      best = first;
      danger = start + rest;
    }
  }
  last[p] = best.buttons;
  let buttons = best.buttons;
  const face = WAYS[[2, 1, 3, 6][ram[0x308 + p]!]!]!;
  const facing = best.dx ? { ...best, dy: 0 } : best.dy ? best : face;
  if (!(held & 0x80) && !ram[0x30e + p] && aims(foes, x, y, facing)) buttons |= BUTTON.A;
  return dash(ram, p, best, buttons, danger, toGoal(distance, x, y), flicks);
}

/** The cost of walking `way` from poll `from` to poll `to`: high for a touch, some for a near miss. Where it ends is put in `end`. */
function walk(
  ram: Uint8Array,
  x: number,
  y: number,
  way: Way,
  from: number,
  to: number,
  foes: readonly Foe[],
  safe: number,
  end: [number, number],
): number {
  const step = way.dx && way.dy ? SLANT : STEP;
  let cost = 0;
  for (let t = from; t < to; t += 2) {
    const nx = x + 2 * step * way.dx;
    if (way.dx && !blocked(ram, nx, y)) x = nx;
    const ny = y + 2 * step * way.dy;
    if (way.dy && !blocked(ram, x, ny)) y = ny;
    if (t + 2 < safe) continue;
    for (const foe of foes) {
      const lead = Math.max(0, t + 2 - foe.wakes);
      if (lead === 0) continue;
      const gx = Math.abs(foe.x + foe.vx * lead - x);
      const gy = Math.abs(foe.y + foe.vy * lead - y);
      const gap = Math.max(gx, gy);
      const wide = foe.kind === SLIME || foe.kind === WRAITH ? 13 + t / 6 : 13;
      if (gap < wide) cost += 4000 / (t + 4);
      else if (gap < 24) cost += (24 - gap) * (foe.kind === BAT ? 0.5 : 0.8);
    }
  }
  end[0] = x;
  end[1] = y;
  return cost;
}

/** Whether a bolt that way from here would meet a foe soon. */
function aims(foes: readonly Foe[], x: number, y: number, way: Way): boolean {
  if ((way.dx === 0) === (way.dy === 0)) return false;
  for (const foe of foes) {
    const along = (foe.x - x) * way.dx + (foe.y - y) * way.dy;
    if (along < 0 || along > 110) continue;
    const t = along / 5;
    if (t < foe.wakes) continue;
    const off = way.dx ? foe.y + foe.vy * t - y : foe.x + foe.vx * t - x;
    if (Math.abs(off) < 9) return true;
  }
  return false;
}

/** Dashes when the way is long or the place hot. Under history rules a dash is a flick: the other way, nothing, this way. */
function dash(
  ram: Uint8Array,
  p: 0 | 1,
  way: Way,
  buttons: number,
  danger: number,
  far: number,
  flicks: [Flick | null, Flick | null],
): number {
  const straight = way.dx !== 0 && way.dy === 0;
  const ready = !ram[0x312 + p] && !ram[0x310 + p];
  if (ram[0x33] !== 3) {
    const wanted = ready && way.buttons && (danger > 300 || (danger < 5 && far > 60));
    return wanted && !(ram[0x2c + p]! & 0x40) ? buttons | BUTTON.B : buttons;
  }
  const polls = ram[0x30]!;
  let flick = flicks[p];
  if (flick && (!ready || ((flick.until - polls) & 0xff) > 8)) flick = flicks[p] = null;
  if (!flick && ready && straight && danger < 1 && far > 48) flick = flicks[p] = { way, until: (polls + 6) & 0xff };
  if (!flick) return buttons;
  const right = flick.way.dx > 0;
  const [forth, back, backBit] = right ? [BUTTON.Right, BUTTON.Left, 0x02] : [BUTTON.Left, BUTTON.Right, 0x01];
  const at = ram[0x350]!;
  const ring = 0x340 + 8 * p;
  if (ram[ring + ((at - 1) & 7)]! & backBit) return forth;
  if (ram[ring + at]! & backBit) return 0;
  return back;
}
